"""The restore drill: are backups of main worthless for what has ended, and good for what lives?

    make drill

On engines that are thrown away afterwards it lets talks come to every end that is promised, takes
a backup of main in the middle of it in each of the two ways that operators use, forgets what is
due, restores both beside today's keys and counts what can be read.  Rule: D5, D6, T9
"""
