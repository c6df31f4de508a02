factor-title = Confirme que é você
factor-who = Você está entrando como <strong>{ $user }</strong>. Mais um passo.
factor-code = Código do seu aplicativo autenticador
factor-code-label = Seis dígitos
factor-button = Continuar
factor-recovery = Usar um código de recuperação em vez disso
factor-recovery-label = Código de recuperação
factor-recovery-rule = Cada código funciona uma vez. Hífens e maiúsculas não importam.
factor-passkey = Chave de acesso
factor-passkey-lead = Use sua impressão digital, seu rosto ou o PIN do seu dispositivo ou chave de segurança.
factor-passkey-button = Usar uma chave de acesso
factor-other-person = Entrar com outra conta
factor-refused = Isto não está correto ou já foi usado. Aguarde o próximo código e tente novamente.
factor-stale = Esta página ficou aberta por tempo demais. Aqui está uma nova: remova a entrada antiga do aplicativo e comece de novo.
factor-lost = Esta entrada não pode continuar aqui
factor-lost-lead = Ela foi começada em outro navegador ou há mais de dez minutos. Nada foi feito.
factor-again = Entrar desde o início

enrol-title = Adicione uma segunda forma de provar que é você
enrol-lead = Aqui só uma senha não basta, <strong>{ $user }</strong>. Adicione agora uma destas; a partir daí ela será pedida quando você entrar.
enrol-passkey = Chave de acesso
enrol-passkey-lead = Uma chave de acesso fica no seu dispositivo, no seu gerenciador de senhas ou em uma chave de segurança. Ela não pode ser adivinhada e não serve para nada em um site falso.
enrol-passkey-button = Criar uma chave de acesso
enrol-code = Aplicativo autenticador
enrol-code-button = Adicionar o aplicativo

totp-scan = Escaneie esta imagem com seu aplicativo autenticador.
totp-picture = Código QR com a chave para o aplicativo
totp-here = Abrir o aplicativo neste dispositivo em vez disso
totp-text = Ou digite esta chave:
totp-type = Digite os seis dígitos que o aplicativo mostra.

passkey-name = Como chamá-la
passkey-failed = Não funcionou. Tente novamente ou escolha outra forma.
passkey-known = Este dispositivo já tem aqui uma chave de acesso sua.
passkey-script = Chaves de acesso precisam de JavaScript, que está desativado neste navegador.
passkey-off = Chaves de acesso não estão em uso aqui.
passkey-elsewhere = Chaves de acesso não funcionam neste endereço.
passkey-elsewhere-link = Abrir esta página em { $host }
passkey-unverified = Seu dispositivo não verificou quem o está usando. Configure nele um PIN, uma impressão digital ou seu rosto e tente novamente.
passkey-algorithm = Chaves deste tipo não são aceitas aqui. Use outro dispositivo ou outra chave de segurança.
passkey-copied = Esta chave de acesso foi usada em outro lugar com o mesmo nome, por isso não é mais aceita. Entre de outra forma e substitua-a.
passkey-elsewhere-used = Esta chave de acesso foi usada em outro site. Nada foi feito.
passkey-many = Você tem tantas chaves de acesso quantas podem ser guardadas. Remova antes uma de que não precisa.
passkey-stale = Esta página ficou aberta por tempo demais ou foi enviada duas vezes. Tente novamente.
passkey-unknown = Esta chave de acesso não é conhecida aqui ou não é sua.

sign-in-passkey = Entrar com uma chave de acesso

codes-title = Seus códigos de recuperação
codes-lead = Com um destes códigos você consegue entrar se perder sua chave de acesso ou seu aplicativo autenticador. Cada um funciona uma vez. Guarde-os junto com suas senhas ou imprima esta página.
codes-once = Eles são mostrados somente agora.
codes-next = Eu os guardei

security-title = Entrada e segurança
security-lead = Como <strong>{ $user }</strong> entra.
security-few = { $count ->
    [0] Você não tem mais nenhum código de recuperação. Crie novos antes de precisar deles.
    [one] Você ainda tem um código de recuperação. Crie novos antes de precisar deles.
   *[other] Você ainda tem { $count } códigos de recuperação. Crie novos antes de precisar deles.
}
security-passkeys = Chaves de acesso
security-no-passkeys = Você não tem nenhuma.
security-add-passkey = Adicionar uma chave de acesso
security-synced = Pode estar em vários dos seus dispositivos.
security-one-device = Em um único dispositivo.
security-added = Adicionada em { $day }.
security-used = Usada pela última vez em { $day }.
security-unused = Ainda não usada.
security-rename = Renomear
security-remove = Remover
security-app = Aplicativo autenticador
security-no-app = Você não tem nenhum.
security-add-app = Adicionar um aplicativo
security-codes = Códigos de recuperação
security-codes-left = { $count ->
    [0] Não resta nenhum.
    [one] Resta um.
   *[other] Restam { $count }.
}
security-new-codes = Criar novos códigos
security-fresh = Alterações exigem uma entrada feita há menos de dez minutos. Remover algo encerra suas outras sessões.
security-demanded = Quem opera este servidor exige um segundo fator. Adicione outro antes de remover este.
security-back = Voltar a entrada e segurança
security-add-title = Adicionar uma forma de entrar
