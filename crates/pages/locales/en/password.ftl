### Why a password or a user name is refused.

user-name-refused = A user name has 1 to 64 letters, digits and . _ - @ + and starts with a letter or digit.
password-short = A password has at least { $minimum } characters.
password-long = A password has at most { $maximum } bytes.
password-weak-common = This password is easy to guess: everybody tries it first; take a few uncommon words that do not belong together.
password-weak-like-common = This password is easy to guess: it is a well-known one in disguise, and capitals or digits for letters hide little; take a few uncommon words.
password-weak-date = This password is easy to guess: dates and years are soon tried; take a few uncommon words instead.
password-weak-keyboard = This password is easy to guess: keys that lie side by side are soon tried; take a few uncommon words instead.
password-weak-name = This password is easy to guess: names of people are soon tried; add a few words that are none.
password-weak-personal = This password is easy to guess: it is made of your name, your address or the name of this product; take words that have nothing to do with you.
password-weak-repeated = This password is easy to guess: repeating something adds nearly nothing; add other words instead.
password-weak-sequence = This password is easy to guess: characters in their order are soon tried; take a few uncommon words instead.
password-weak-short = This password is easy to guess: it is too short for what it is made of; add an uncommon word or two.
password-weak-word = This password is easy to guess: a single word is soon tried; add a few others that do not belong to it.
