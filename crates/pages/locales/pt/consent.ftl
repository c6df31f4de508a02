### A página de consentimento e o que outras perguntas compartilham com ela.

consent-title = Permitir { $client }?
consent-heading = Permitir que <q>{ $client }</q> aja por você?
consent-title-identity = Entrar em { $client }?
consent-heading-identity = Entrar em <q>{ $client }</q>?

consent-application = Aplicativo
consent-named-of = { $client } de <strong>{ $host }</strong>
consent-by-host = nomeado por este host
consent-local = neste computador, não verificado
consent-by-statement = garantido por { $issuer }
consent-by-itself = registrou a si mesmo, não verificado
consent-by-administrator = registrado pela administração
consent-answer-goes = A resposta vai para
consent-how-long = Por quanto tempo
consent-warn-loopback = <strong>Confira se foi você quem começou isto.</strong> Qualquer programa neste computador pode se passar por { $client }. Permita somente se você acabou de iniciar a conexão.
consent-warn-document = O aplicativo descreve a si mesmo em <strong>{ $host }</strong>. Permita somente se você conhece esse host e confia nele.
consent-warn-itself = <strong>Confira o endereço acima.</strong> O aplicativo escolheu o próprio nome, e ninguém o verificou.

consent-version = Versão { $version }, segundo ele mesmo
consent-link-about = Sobre ele, em { $host }
consent-link-policy = Sua política de privacidade, em { $host }
consent-link-terms = Seus termos de serviço, em { $host }
consent-history = Conhecido aqui
consent-first-time = Você o deixa entrar pela primeira vez.
consent-since = Ele é conhecido aqui desde: { $since }.
consent-used = Desde: { $since }. Você o deixou entrar pela última vez: { $used }.
consent-doubt-nameless = <strong>O nome dele não tem letras.</strong> Guie-se pelo endereço acima, não pelo nome.
consent-doubt-looks-like = <strong>Isto não é { $known }.</strong> O nome apenas se parece: está escrito com outros caracteres. Negue, a menos que saiba o que é.
consent-doubt-mixed = <strong>O nome mistura alfabetos.</strong> Letras de mesma aparência costumam ser usadas para se passar por outro aplicativo. Guie-se pelo endereço acima, não pelo nome.
consent-before = { $client } já tem acesso. O que é novo está marcado; o resto fica como está.

destination-web = { $host }
destination-loopback = um programa neste computador
destination-application = o aplicativo que abre links { $scheme }: neste computador

lasts-refresh = no máximo { $most }, e até ficar { $idle } sem uso
lasts-hour = Uma hora
lasts-day = Um dia
lasts-week = Uma semana
lasts-used = Enquanto for usado: { $lasts }
lasts-access = { $longest }; depois ele pergunta de novo

consent-identity = Ele fica sabendo quem você é
consent-identity-account = que você tem uma conta aqui, sob um identificador que é sempre o mesmo
consent-identity-when = quando e como você entrou
consent-identity-name = seu nome de entrada, <strong>{ $user }</strong>
consent-identity-only = Ele não pode usar nenhum dos servidores daqui.

consent-which-one = Qual servidor ele pode usar?
consent-which-any = Quais servidores ele pode usar?
consent-what = O que ele pode usar
consent-read-only = Deixar apenas ler: ele não poderá alterar nem excluir nada
consent-writes-new = poder alterar coisas é novo
consent-next-time = Da próxima vez
consent-remember = Não perguntar de novo pela mesma coisa
consent-only-now = Só desta vez: perguntar de novo
consent-always-asked = Você é perguntado todas as vezes: outros programas poderiam se passar por { $client }.
consent-allow = Permitir
consent-deny = Negar
consent-choose = Escolha o que o aplicativo pode usar.
consent-choose-tool = Escolha pelo menos uma ferramenta de cada servidor ou negue.
consent-too-many = São mais ferramentas avulsas do que cabem em um token de acesso. Escolha menos ou permita todas.

tools-only-these = Somente estas chamadas, nada mais deste servidor:
tools-where = em que <code>{ $argument }</code> é { $values }
tools-and-where = e <code>{ $argument }</code> é { $values }
tools-or = { $one } ou { $other }
tools-at-most = no máximo { $most }
tools-quoted = “{ $text }”
tools-before = ele já tem acesso aqui
tools-tick-every = Marcar todas
tools-tick-none = Desmarcar todas
tools-not-singly = somente com todas estas
tools-later = Todas estas inclui ferramentas que forem adicionadas depois. Assim que uma é desmarcada, só contam as marcadas.
tools-open = Incluir { $server }
tools-too-many = São demasiadas para serem nomeadas aqui.
tools-all-or-none = Estas só podem ser permitidas em conjunto, com as que forem adicionadas depois.
tools-new = nova
tools-left-out = deixada de fora até agora
tools-news = { $count ->
    [one] { $count } nova
   *[other] { $count } novas
}
tools-carried = Algumas de suas ferramentas não podem ser exibidas no momento. O que estava marcado e o que não estava fica como estava.
tools-unknown = A lista de suas ferramentas não está disponível no momento.
tools-unknown-writes = A lista de suas ferramentas não está disponível no momento. Ela pode incluir ferramentas que alteram ou excluem coisas.
tools-none = Ele não oferece nenhuma ferramenta que esta solicitação abra.
tools-mark-read = leitura
tools-mark-write = escrita
tools-mark-destructive = destruição
tools-read = { $count ->
    [one] Somente leitura: { $count } ferramenta
   *[other] Somente leitura: { $count } ferramentas
}
tools-write = { $count ->
    [one] Altera coisas: { $count } ferramenta
   *[other] Alteram coisas: { $count } ferramentas
}
tools-destructive = { $count ->
    [one] Pode excluir ou sobrescrever, ou não informa: { $count } ferramenta
   *[other] Podem excluir ou sobrescrever, ou não informam: { $count } ferramentas
}

consent-allowed-before = Você já permitiu { $client }
consent-allowed-before-lead = A resposta está a caminho.
consent-collected-lead = O aplicativo buscou seu acesso. Você pode fechar esta página.
consent-uncollected = O aplicativo não buscou seu acesso
consent-uncollected-lead = Você permitiu, mas ele não veio a tempo.
consent-denied-before = Isto já foi negado
consent-denied-before-lead = { $client } não obteve acesso.
consent-not-kept = Este navegador não guardou sua entrada
consent-not-kept-lead = Você entrou, mas o navegador não informou isso à página seguinte. Janelas dentro de outros aplicativos muitas vezes não guardam cookies.
consent-not-kept-link = Endereço para copiar
consent-not-kept-you = Copie o endereço para o seu navegador habitual e continue por lá em até dez minutos. Neste navegador, permita cookies para este site e entre novamente.
consent-not-kept-next = Entrar aqui novamente
consent-stale = Nada foi permitido
consent-stale-lead = A página foi feita para outra entrada.
consent-stale-next = Ver a solicitação novamente
consent-unreadable = Não é possível ler esta resposta
consent-unreadable-lead = Não é possível ler o formulário.

whole-title = Todos os servidores
whole-note = Um só acesso a todos os servidores que você pode usar, também aos que forem adicionados depois. Assim que algo é desmarcado, só conta o que está marcado aqui.
whole-none = Não há nenhum servidor que você possa usar.
