### A página de entrada.

sign-in-title = Entrar
sign-in-client = <strong>{ $client }</strong> quer se conectar. Depois de entrar, você decide o que ele pode fazer. A resposta irá para: <strong>{ $destination }</strong>.
sign-in-first = Ainda não há nenhuma conta. Abra o link de configuração que { -product } mostrou no terminal em que está sendo executado e depois volte.
sign-in-name = Nome de usuário
sign-in-password = Senha
sign-in-button = Entrar

sign-in-refused = O nome de usuário ou a senha não está correto.
sign-in-too-many = Houve tentativas demais: aguarde um momento e tente novamente.
sign-in-busy = Há pessoas demais entrando neste momento: aguarde um pouco e tente novamente.
sign-in-again = Entre para acessar sua conta. O que é sensível nela pergunta de novo quem você é.
