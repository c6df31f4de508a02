### Conectar um dispositivo que mostra um código.

device-title = Conectar um dispositivo
device-lead = Digite o código que seu dispositivo ou terminal mostra.
device-code = Código
device-caution = <strong>Somente um código do seu próprio dispositivo.</strong> Se alguém enviou a você um código ou um link para esta página, feche-a: quem iniciou aquele dispositivo agiria em seu nome.
device-continue = Continuar

device-heading = Permitir que <q>{ $client }</q>, em outro dispositivo, aja por você?
device-must-show = Seu dispositivo deve mostrar este código:
device-warn = <strong>Permita somente o que você mesmo acabou de começar.</strong> Se alguém enviou este código a você, por e-mail, em um chat ou por telefone, negue: essa pessoa agiria em seu nome.

device-from = O dispositivo perguntou a partir de
device-from-here = a mesma rede em que você está
device-from-elsewhere = uma rede diferente da sua
device-own = Você está em <code>{ $address }</code>. Um dispositivo na mesma sala costuma ter o mesmo endereço.

device-connected = Seu dispositivo está conectado
device-connected-lead = { $client } agora pode agir por você. Volte ao seu dispositivo: ele continua em alguns segundos.
device-denied = Nada foi permitido
device-denied-lead = { $client } não obteve acesso. Você pode fechar esta página.
device-again = Digitar o código novamente
device-gone = Este código não pode mais ser usado

device-sign-in = Entre primeiro.
device-stale = A página foi feita para outra entrada ou outro código.
device-unknown = Este código não é conhecido aqui ou expirou: confira-o ou comece de novo no dispositivo.
device-too-many = Códigos demais foram tentados: aguarde um momento e tente novamente.
