### Por que uma senha ou um nome de usuário é recusado.

user-name-refused = Um nome de usuário tem de 1 a 64 letras, dígitos e . _ - @ + e começa com uma letra ou um dígito.
password-short = Uma senha tem pelo menos { $minimum } caracteres.
password-long = Uma senha tem no máximo { $maximum } bytes.
password-weak-common = Esta senha é fácil de adivinhar: todos a tentam primeiro. Use algumas palavras incomuns que não tenham relação entre si.
password-weak-like-common = Esta senha é fácil de adivinhar: é uma senha muito conhecida disfarçada, e maiúsculas ou dígitos no lugar de letras escondem pouco. Use algumas palavras incomuns.
password-weak-date = Esta senha é fácil de adivinhar: datas e anos são logo tentados. Use, em vez disso, algumas palavras incomuns.
password-weak-keyboard = Esta senha é fácil de adivinhar: teclas vizinhas são logo tentadas. Use, em vez disso, algumas palavras incomuns.
password-weak-name = Esta senha é fácil de adivinhar: nomes de pessoas são logo tentados. Acrescente algumas palavras que não sejam nomes.
password-weak-personal = Esta senha é fácil de adivinhar: é feita do seu nome, do seu endereço ou do nome deste produto. Use palavras que não tenham nada a ver com você.
password-weak-repeated = Esta senha é fácil de adivinhar: repetir algo não acrescenta quase nada. Acrescente outras palavras.
password-weak-sequence = Esta senha é fácil de adivinhar: caracteres em sequência são logo tentados. Use, em vez disso, algumas palavras incomuns.
password-weak-short = Esta senha é fácil de adivinhar: é curta demais para aquilo de que é feita. Acrescente uma ou duas palavras incomuns.
password-weak-word = Esta senha é fácil de adivinhar: uma única palavra é logo tentada. Acrescente outras que não tenham relação com ela.
