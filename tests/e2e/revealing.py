"""What shows who somebody is, and what only looks like it: texts as people write them.

Nobody has these national numbers: they are of people who would have been born in 1860, of the authorities'
own examples, or of the series for tests.
"""

from __future__ import annotations

# Text, and the kinds that are to be found in it.
REVEALING: dict[str, list[str]] = {
    # Telephones.
    "ring meg på 912 34 567": ["phone"],
    "nummeret mitt er 91234567": ["phone"],
    "91 23 45 67": ["phone"],
    "9 1 2 3 4 5 6 7": ["phone"],
    "912.34.567 er mobilen min": ["phone"],
    "+47 912 34 567": ["phone"],
    "004791234567": ["phone"],
    "jeg er 14 år, 41234567": ["phone"],
    "hjemme: 22 33 41 55": ["phone"],
    "9123 4567": ["phone"],
    "９１２３４５６７": ["phone"],
    "912\u200b34\u200b567": ["phone"],
    "du kan nå mig på 070-174 06 05": ["phone"],
    "0701740605": ["phone"],
    "+46 70 174 06 05": ["phone"],
    "08-46 50 04 10 går till mamma": ["phone"],
    "call me on +44 7700 900123": ["phone"],
    # E-mail.
    "skriv til kari.nordmann@example.com": ["email"],
    "kari.n (at) example.no": ["email"],
    "KARI@EXAMPLE.ORG": ["email"],
    "min mejl är åsa@exämple.se": ["email"],
    # Norwegian numbers: ordinary, D, synthetic (month + 80, month + 40).
    "fødselsnummeret mitt er 24016050071": ["national"],
    "240160 50071": ["national"],
    "64016050065": ["national"],
    "tenor gir 24811090057": ["national"],
    "24411090074": ["national"],
    "2032: 24016050098": ["national"],
    "fnr 010101 12345": ["national"],
    # Swedish ones: ordinary, with the century, over a hundred, samordningsnummer, of the test series.
    "mitt personnummer är 811218-9876": ["national"],
    "19811218-9876": ["national"],
    "198112189876": ["national"],
    "8112189876": ["national"],
    "180101+9801": ["national"],
    "811278-9873": ["national"],
    "100124-9802": ["national"],
    # Addresses.
    "jeg bor i Storgata 5": ["address"],
    "kirkeveien 12b": ["address"],
    "Adressen er Karl Johans gate 22": ["address"],
    "jag bor på Kungsgatan 14": ["address"],
    "vi bor på Björkvägen 3A i Tidaholm": ["address"],
    "jeg bor på 0190 Oslo": ["address"],
    "adressen min er 5003 Bergen": ["address"],
    "jag bor på 522 30 Tidaholm": ["address"],
    # Names.
    "jeg heter Kari Nordmann": ["name"],
    "Jeg heter kari nordmann og er 14": ["name"],
    "eg heiter Ola Nordmann": ["name"],
    "jag heter Anna Svensson": ["name"],
    "Mitt namn är Anna Svensson.": ["name"],
    "my name is Kari Nordmann": ["name"],
    "Jeg er Ola Nordmann fra Hamar": ["name"],
    # Several at once.
    "Jeg heter Kari Nordmann, bor i Storgata 5, tlf 912 34 567, 24016050071, kari@example.com": [
        "national", "phone", "email", "address", "name",
    ],
}  # fmt: skip

# The lines' own numbers, which stand on the page.
KNOWN = ["800 99 900", "0502-60 62 20", "22 33 44 99", "post@line.example"]

ORDINARY: list[str] = [
    # Dates, times, ages, years.
    "jeg ble født 24.12.2010",
    "24122010",
    "20101224",
    "24 12 20 10",
    "det skjedde 3. mai 2019, og igjen 2020 2021",
    "2019 2020 var tunge år",
    "født 2010-12-24, nå er jeg 14",
    "kl 20 30 40 50",
    "kl. 22 15",
    "åpent 08.00-17.00 og 0800-1700",
    "jag är 14 år och går i 8:an",
    "den 24/12 2010 kl 14:30",
    "7-8-9 klasse, fra 2015-2018",
    # Doses, measures, money, counts.
    "jeg tok 20 tabletter på 500 mg",
    "25 50 75 100 mg",
    "10 000 000 kroner",
    "45000000 kr",
    "kr 22 50 00 00",
    "20 30 40 50 60 70",
    "9 8 7 6 5 4 3 2 1",
    "vekten er 48,5 kg og høyden 162",
    "det koster 1 299,90",
    "jeg har 41234567 visninger",
    "98765432 følgere",
    "3,1415926535",
    "1000000000",
    "100 000 människor",
    # Numbers of helplines and emergencies.
    "ring 113 eller 116 117",
    "116 111",
    "112, 1177, 90101",
    "jeg ringte 800 99 900 i går",
    "80099900",
    "+47 800 99 900",
    "jag ringde 0502-60 62 20",
    "0502606220",
    "22 33 44 99 svarer ikke",
    "skrev til Post@line.example",
    "ring 020-22 00 60",
    # Words that only look like streets and names.
    "på veien 2 ganger",
    "skoleveien 15 minutter",
    "arbeidsplassen min",
    "jeg gikk hele skoleveien 3 ganger",
    "skidbacken 4 gånger",
    "jag cyklade på cykelvägen 2 km",
    "gata 24/7",
    "vi møtes i Storgata kl 15",
    "jeg heter Kari",
    "jeg heter kari og er 14 år",
    "jag heter Anna och går i åttan",
    "jeg heter ikke det",
    "jeg heter Kari jeg er redd",
    "my name is not important",
    "my name is Anna and I am 15",
    "Jeg er redd. Kan du hjelpe meg?",
    "jag är Väldigt ledsen",
    "jeg bor i Oslo",
    "jeg bor i Oslo, og i 2019 Flyttet vi",
    "jeg bor hos mamma annenhver uke",
    "bor på Hamar, er 14",
    "@kari tagget meg",
    "a @ b",
    "lol :) 10/10",
    "100%",
    "",
    "hei",
]
