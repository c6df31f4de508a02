### Páginas que dizem o que aconteceu e o que fazer.

message-what-to-do = O que fazer
message-you = Você
message-developer = Quem desenvolve o aplicativo
message-operator = Quem opera este servidor
message-administrator = A administração
message-again = Tente novamente em instantes
message-again-you = Aguarde alguns segundos e recarregue esta página.
message-storage = { -product } não consegue acessar seu armazenamento no momento.
message-reload = Volte, recarregue a página e tente novamente.
message-restart = Volte ao aplicativo e comece a conexão de novo.

message-cross-site = Isto não veio desta página
message-cross-site-lead = Seu navegador enviou um formulário criado por outro site ou não informou de onde ele veio. Nada foi feito.
message-cross-site-you = Se você pressionou um botão neste site, recarregue a página e tente mais uma vez.
message-cross-site-operator = O endereço no navegador deve ser a public_url configurada.

form-unreadable = Não é possível ler este formulário
form-media-type = O corpo deve ser application/x-www-form-urlencoded.
form-too-large = O corpo é grande demais.
form-interrupted = O corpo não chegou por completo.
form-malformed = A codificação do corpo não é válida (porcentagens ou UTF-8).

refusal-compared = O que foi enviado e o que está registrado
refusal-parameter = Parâmetro
refusal-sent = Enviado
refusal-registered = Registrado
refusal-nothing = nada
refusal-reference = Referência <code>{ $reference }</code>. Quem opera este servidor a encontra com <code>doorward audit list --event authorize.refused</code>.
