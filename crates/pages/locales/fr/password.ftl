### Pourquoi un mot de passe ou un nom d'utilisateur est refusé.

user-name-refused = Un nom d’utilisateur comporte de 1 à 64 lettres, chiffres et . _ - @ + et commence par une lettre ou un chiffre.
password-short = Un mot de passe comporte au moins { $minimum } caractères.
password-long = Un mot de passe comporte au plus { $maximum } octets.
password-weak-common = Ce mot de passe est facile à deviner : c’est le premier que tout le monde essaie. Prenez quelques mots rares sans rapport entre eux.
password-weak-like-common = Ce mot de passe est facile à deviner : c’est un mot de passe connu déguisé ; des majuscules ou des chiffres à la place de lettres cachent peu. Prenez quelques mots rares.
password-weak-date = Ce mot de passe est facile à deviner : les dates et les années sont vite essayées. Prenez plutôt quelques mots rares.
password-weak-keyboard = Ce mot de passe est facile à deviner : les touches voisines sont vite essayées. Prenez plutôt quelques mots rares.
password-weak-name = Ce mot de passe est facile à deviner : les noms de personnes sont vite essayés. Ajoutez quelques mots qui n’en sont pas.
password-weak-personal = Ce mot de passe est facile à deviner : il est fait de votre nom, de votre adresse ou du nom de ce produit. Prenez des mots sans rapport avec vous.
password-weak-repeated = Ce mot de passe est facile à deviner : les répétitions n’ajoutent presque rien. Ajoutez plutôt d’autres mots.
password-weak-sequence = Ce mot de passe est facile à deviner : les suites de caractères sont vite essayées. Prenez plutôt quelques mots rares.
password-weak-short = Ce mot de passe est facile à deviner : il est trop court pour ce dont il est fait. Ajoutez un ou deux mots rares.
password-weak-word = Ce mot de passe est facile à deviner : un mot seul est vite essayé. Ajoutez-en quelques autres qui n’ont pas de rapport avec lui.
