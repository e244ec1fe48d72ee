"""The address vault: sealed by anybody, opened by two, gone after the days that were promised.

- Each tenant that promises a vault has one key pair for each UTC **day**. The public half seals,
  at the outermost door, the address of whoever begins a talk (``records``).
- The private half exists nowhere. It was split in two **shares** by XOR when it was made; one is
  sealed to each enrolled person of the group *platform* (its duty officers), the other to each of
  the group *tenant* (its officers). Who is in both has a share of the platform's alone (``days``).
- Each **person** has a key pair, and the private half is locked by their own password (``people``).
- An **opening**: one asks, with a basis; their share is opened and sealed anew to the other group.
  One of the other group agrees; both shares give the day's key for a moment in memory, one record
  is opened, and its address sealed to the one who asked, who sees it for half an hour (``openings``).
- Day, shares and what an opening passes from hand to hand stand in the instance ``keys``, which is
  in no backup, and die there with the day. Main holds records, requests and people (``store``).

Neither the web process nor the owners of both databases can open a record without the passwords of
two people.  Rule: D7, D10
"""
