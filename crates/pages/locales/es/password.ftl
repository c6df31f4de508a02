### Por qué se rechaza una contraseña o un nombre de usuario.

user-name-refused = Un nombre de usuario tiene de 1 a 64 letras, dígitos y . _ - @ + y empieza por una letra o un dígito.
password-short = Una contraseña tiene al menos { $minimum } caracteres.
password-long = Una contraseña tiene como máximo { $maximum } bytes.
password-weak-common = Esta contraseña es fácil de adivinar: es lo primero que todos prueban. Use unas cuantas palabras poco comunes que no guarden relación.
password-weak-like-common = Esta contraseña es fácil de adivinar: es una muy conocida disfrazada, y las mayúsculas o los dígitos en lugar de letras ocultan poco. Use unas cuantas palabras poco comunes.
password-weak-date = Esta contraseña es fácil de adivinar: las fechas y los años se prueban pronto. Use mejor unas cuantas palabras poco comunes.
password-weak-keyboard = Esta contraseña es fácil de adivinar: las teclas contiguas se prueban pronto. Use mejor unas cuantas palabras poco comunes.
password-weak-name = Esta contraseña es fácil de adivinar: los nombres de personas se prueban pronto. Añada unas cuantas palabras que no lo sean.
password-weak-personal = Esta contraseña es fácil de adivinar: se compone de su nombre, su dirección o el nombre de este producto. Use palabras que no tengan nada que ver con usted.
password-weak-repeated = Esta contraseña es fácil de adivinar: repetir algo apenas añade nada. Añada otras palabras.
password-weak-sequence = Esta contraseña es fácil de adivinar: los caracteres en orden se prueban pronto. Use mejor unas cuantas palabras poco comunes.
password-weak-short = Esta contraseña es fácil de adivinar: es demasiado corta para lo que contiene. Añada una o dos palabras poco comunes.
password-weak-word = Esta contraseña es fácil de adivinar: una sola palabra se prueba pronto. Añada otras que no guarden relación con ella.
