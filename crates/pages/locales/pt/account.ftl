### As páginas da própria conta.

account-navigation = Sua conta
account-overview = Visão geral
account-connections = Aplicativos conectados
account-sessions = Sessões
account-devices = Dispositivos
account-approvals = Respostas lembradas
account-activity = Atividade
account-profile = Perfil
account-data = Seus dados

account-heading = Sua conta, { $name }
account-lead = Veja o que age por você e onde você entrou, e encerre o que quiser.
account-count-connections = { $count ->
    [0] Nenhum aplicativo age por você.
    [one] Um aplicativo age por você.
   *[other] { $count } aplicativos agem por você.
}
account-count-sessions = { $count ->
    [one] Você entrou somente aqui.
   *[other] Você entrou { $count } vezes.
}
account-count-devices = { $count ->
    [0] Nenhum dispositivo é conhecido como seu.
    [one] Um dispositivo é conhecido como seu.
   *[other] { $count } dispositivos são conhecidos como seus.
}
account-count-approvals = { $count ->
    [0] Nenhuma resposta é lembrada.
    [one] Uma resposta é lembrada.
   *[other] { $count } respostas são lembradas.
}

account-before = As anteriores
account-behind = Mais

account-connections-lead = Estes aplicativos podem usar servidores daqui em seu nome. Cada entrada é uma instalação. O que você revoga para de funcionar imediatamente e precisa perguntar a você de novo.
account-connections-none = Nenhum aplicativo age por você.
account-known = Como ele é conhecido
account-known-administrator = registrado pela administração
account-known-document = por seu documento em <strong>{ $host }</strong>
account-known-vouched = garantido por { $issuer }
account-known-itself = registrou a si mesmo, não verificado
account-known-gone = não é mais conhecido aqui
account-hosts = As respostas vão para
account-host-web = { $host }
account-host-loopback = um programa no seu computador
account-host-application = o aplicativo que abre links { $scheme }:
account-server = Servidor
account-scopes = Escopos
account-tools = { $count ->
    [one] { $count } ferramenta
   *[other] { $count } ferramentas
}
account-tools-more = { $count ->
    [one] e mais { $count }
   *[other] e mais { $count }
}
account-tools-none = nenhuma ferramenta no momento
account-tools-unknown = Não é possível listar suas ferramentas no momento.
account-mark-read = lê
account-mark-write = altera
account-mark-destructive = pode excluir
account-called = Chamado recentemente
account-called-at = { $count ->
    [one] de { $server }, { $count } vez
   *[other] de { $server }, { $count } vezes
}
account-called-nothing = nada
account-first-used = Conectado
account-last-used = Último uso
account-ends = Termina por si só
account-revoke = Revogar
account-revoke-all = Revogar todos

account-sessions-lead = Você entrou nestes navegadores. Encerre o que não conhece e depois altere sua senha.
account-this-session = esta sessão
account-this-device = este dispositivo
account-browser-unknown = Um navegador desconhecido
account-browser = { $program }
account-browser-on = { $program } em { $system }
account-address = Endereço
account-address-unknown = desconhecido
account-signed-in-at = Entrada
account-seen = Última atividade, com alguns minutos de margem
account-end = Encerrar esta sessão
account-end-others = Encerrar todas as outras sessões
account-end-all = Sair de todos os lugares
account-devices-lead = Você já entrou nestes dispositivos. Cada um é lembrado por { $memory } depois da última entrada. Ser lembrado não abre nada: evita que quem adivinha senhas em outros lugares atrase você.
account-devices-none = Nenhum dispositivo é lembrado.
account-first-sign-in = Primeira entrada
account-last-sign-in = Última entrada
account-forgotten-at = Esquecido
account-forget-device = Esquecer este dispositivo

account-approvals-lead = Você permitiu isto e não é perguntado de novo pela mesma coisa. Esquecer uma resposta não encerra nenhuma conexão; faz a próxima solicitação perguntar.
account-approvals-none = Nenhuma resposta é lembrada.
account-approval-host = A resposta vai para
account-approved-at = Permitido
account-approval-tools = Somente estas ferramentas
account-forget-approval = Esquecer esta resposta

account-activity-lead = O que aconteceu em sua conta, o mais recente primeiro.
account-activity-everybody-lead = O que aconteceu em todas as contas, o mais recente primeiro.
account-activity-none = Nada desse tipo nesta parte do registro.
account-when = Quando
account-outcome = Resultado
account-facts = Mais
account-event = Evento
account-event-all = Todos
account-everybody = Todos, não só eu
account-show = Mostrar
account-older = Mais antigos
account-outcome-allowed = permitido
account-outcome-denied = recusado
account-outcome-failed = falhou
account-fact-user = Usuário
account-fact-client = Aplicativo
account-fact-server = Servidor
account-fact-tool = Ferramenta
account-fact-address = Endereço
account-fact-reason = Por quê

account-name = Nome de usuário
account-mail = E-mail
account-role = Função
account-role-member = Membro
account-role-auditor = Auditor
account-role-administrator = Administrador
account-display-name = Como você é chamado
account-display-name-label = Nome de exibição
account-save = Salvar
account-password = Senha
account-password-lead = Uma nova senha encerra todas as outras sessões e todos os aplicativos conectados. Eles precisarão se conectar de novo.
account-password-old = Senha antiga
account-password-new = Nova senha
account-password-again = Nova senha outra vez
account-password-hint = Pelo menos { $minimum } caracteres, e difícil de adivinhar.
account-password-change = Alterar a senha

account-download = Download
account-download-lead = Um arquivo com tudo o que está guardado sobre você, sem senhas nem chaves.
account-download-button = Baixar seus dados
account-delete = Excluir a conta
account-delete-lead = Todos os aplicativos são desconectados e você sai de todos os lugares. Sua conta e o que está guardado para ela são removidos. O registro de auditoria é mantido. Isto não pode ser desfeito.
account-delete-name = Para confirmar, digite seu nome de usuário: { $name }
account-delete-button = Excluir minha conta
account-deleted = Sua conta foi excluída
account-deleted-lead = Você saiu, e nada mais age por você aqui.

account-done-revoked = O aplicativo foi desconectado.
account-done-all-revoked = Todos os aplicativos foram desconectados.
account-done-ended = A sessão foi encerrada.
account-done-others-ended = Todas as outras sessões foram encerradas.
account-done-device = O dispositivo foi esquecido.
account-done-approval = A resposta foi esquecida.
account-done-named = Seu nome foi salvo.
account-done-password = Sua senha foi alterada. Todas as outras sessões foram encerradas.

account-not-done = Nada foi feito
account-back = Voltar à sua conta
account-stale = A página está desatualizada: você entrou de novo desde então, ou ela foi aberta em outra sessão. Carregue-a novamente.
account-error-not-there = Não há nada assim em sua conta. Talvez já não exista.
account-error-wrong-password = A senha antiga não está correta.
account-error-no-password = Sua conta não tem senha.
account-error-different = As duas novas senhas não são iguais.
account-error-name = Um nome de exibição tem pelo menos um caractere visível.
account-error-too-many = Houve tentativas demais. Aguarde um momento e tente novamente.
account-error-busy = Pessoas demais ao mesmo tempo. Aguarde um momento e tente novamente.
account-error-last-administrator = Você é o último administrador que pode entrar. Torne antes outra pessoa administradora.
account-error-unconfirmed = Digite seu nome de usuário exatamente como ele é.
