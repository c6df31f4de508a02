### Criação da primeira conta.

setup-title = Configuração inicial
setup-heading = Criar a primeira conta
setup-lead = Esta conta administra { -product } e entra quando um aplicativo quer se conectar. O link que trouxe você até aqui funciona uma única vez.
setup-name = Nome de usuário
setup-password = Senha
setup-again = A mesma senha outra vez
setup-minimum = Pelo menos { $minimum } caracteres.
setup-button = Criar a conta

setup-nothing = Não há nada para configurar aqui
setup-done-before = { -product } já está configurado.
setup-done-before-you = Entre com a conta que foi criada. Outras contas são criadas com: doorward user add NAME
setup-link = Este link de configuração já foi usado ou expirou.
setup-link-you = Reinicie { -product }: enquanto não houver conta, ele mostra um novo link, que funciona por uma hora.
setup-different = As duas senhas não são iguais.

welcome-title = Pronto
welcome-heading = Está tudo pronto
welcome-lead = Sua conta <strong>{ $user }</strong> foi criada e você já entrou. Informe um destes endereços a um aplicativo; ele trará você de volta para decidir o que ele pode fazer.
