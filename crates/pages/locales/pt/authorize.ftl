### Solicitações de autorização que não chegam à sua página.

authorize-again-you = Volte ao aplicativo que enviou você para cá e comece a conexão de novo.
authorize-done-you = Volte ao aplicativo. Se ele ainda não estiver conectado, comece a conexão de novo por lá.
authorize-add-again-you = Não continue se um link em uma mensagem trouxe você até aqui. Caso contrário, remova este servidor do aplicativo e adicione-o novamente.

authorize-unreadable = Não é possível ler esta solicitação
authorize-malformed = A codificação da solicitação não é válida (porcentagens ou UTF-8).
authorize-too-long = A solicitação é longa demais.
authorize-unusable = Esta solicitação não pode ser usada
authorize-uri-unknown = A request_uri não foi emitida aqui para este aplicativo.
authorize-uri-expired = A request_uri expirou.
authorize-uri-used = A request_uri já foi usada.
authorize-no-link = Este link não funciona
authorize-no-link-lead = Este link não foi criado aqui.
authorize-expired = Esta solicitação expirou
authorize-expired-lead = A solicitação expirou.
authorize-answered = Esta solicitação já foi respondida
authorize-answered-lead = A solicitação já foi respondida antes.

authorize-nameless = Qual aplicativo está perguntando?
authorize-nameless-lead = A solicitação não diz de qual aplicativo ela vem (client_id).
authorize-nameless-developer = Envie exatamente um client_id.

authorize-unknown = Este aplicativo não está registrado aqui
authorize-unknown-lead = O aplicativo não está registrado aqui.
authorize-unregistered-lead = A solicitação indica um aplicativo que não está, ou não está mais, registrado aqui.
authorize-unknown-you = Remova este servidor do aplicativo e adicione-o novamente: ele então se registra de novo. Registros que ninguém usou são excluídos depois de algum tempo, e a administração pode revogar um deles.
authorize-unknown-developer = Registre-se novamente no endpoint de registro e use o novo client_id. O endpoint de tokens responde 401 invalid_client a um desconhecido.
authorize-unknown-operator = <code>doorward client list</code> mostra quem está registrado. Se os aplicativos podem se registrar por conta própria é decidido por <code>registration.dynamic</code>.
authorize-unknown-operator-document = Se um aplicativo pode ser conhecido pelo endereço de seu documento é decidido por <code>registration.client_id_metadata.enabled</code>; um endereço assim tem um caminho e nenhuma consulta. <code>doorward client list</code> mostra quem foi revogado.

authorize-nowhere-to = Para onde a resposta deve ir?
authorize-nowhere-to-lead = A solicitação não diz para onde a resposta vai (redirect_uri).
authorize-nowhere-to-developer = Envie exatamente uma redirect_uri.

authorize-mismatch = A resposta iria para um lugar desconhecido
authorize-mismatch-lead = A resposta iria para um endereço que o aplicativo não registrou.
authorize-mismatch-developer = A redirect_uri deve ser uma das registradas, byte por byte; em loopback a porta pode ser outra.
authorize-mismatch-operator = <code>doorward client show { $client }</code> mostra o registro. Se o aplicativo mudou de lugar e você conhece o novo endereço, registre-o de novo com <code>doorward client add NOME --redirect-uri ENDEREÇO</code> e informe a ele o novo client_id.
authorize-mismatch-operator-itself = O aplicativo registrou a si mesmo. Depois de <code>doorward client revoke { $client }</code> ele se registra de novo.
authorize-mismatch-operator-document = Os endereços vêm do documento <code>{ $document }</code>; não há nada para alterar aqui.

authorize-unmet = Esta solicitação não pode ser atendida
authorize-unmet-developer = Um objeto de solicitação deve ser assinado para este emissor com uma chave do aplicativo e vale uma única vez. Com redirect_uri ao lado, a resposta vai para lá.

authorize-uncarried = Esta solicitação não pode ser transportada
authorize-uncarried-lead = O parâmetro state tem mais de 2048 bytes.
authorize-uncarried-developer = Mantenha state dentro de 2048 bytes.

document-host = Host
document-address = Documento de metadados do aplicativo
document-denied = Este aplicativo não é aceito aqui
document-denied-lead = Aplicativos deste host não são aceitos aqui.
document-denied-you = Fale com a administração deste servidor se você precisar dele.
document-denied-administrator = Hosts são admitidos e excluídos em <code>registration.client_id_metadata</code>: acrescente <code>{ $host }</code> a <code>allow</code> e retire de <code>deny</code> o que corresponder a ele.
document-unchecked = Este aplicativo não pode ser verificado no momento
document-often-lead = Documentos demais foram pedidos; tente novamente em um minuto.
document-many-lead = Aplicativos novos demais de uma só vez; tente novamente em um minuto.
document-often-you = Aguarde um minuto e recarregue esta página, ou entre primeiro neste servidor: assim as solicitações de outras pessoas da sua rede não atrasam você.
document-often-developer = Até onde se sabe, o documento está em ordem: ele não foi pedido.
document-fault-you = Tente novamente em alguns minutos. Nada foi alterado.
document-fault-operator = Este servidor acessa { $host } por conta própria, sem proxy: verifique se o nome é resolvido e se o firewall o deixa sair.
document-fault-developer = Forneça o documento como JSON simples com status 200, em até 5 segundos e 64 KiB, em um endereço público e sem redirecionamento.
document-slow = O host não respondeu a tempo.
document-large = O documento tem mais de { $limit } bytes.
document-redirect = O host respondeu com um redirecionamento, que não é seguido.
document-private = O host tem um endereço que não deve ser acessado.
document-unreachable = Não é possível acessar o host.
document-certificate = O host não tem um certificado válido.
document-status = O host respondeu com o status { $status } em vez de 200.
document-not-json = O host não respondeu com um documento JSON simples.
document-broken = O host interrompeu a conexão ou não falou HTTP.
document-wrong = Este aplicativo se descreve de forma incorreta
document-wrong-you = Não continue se um link em uma mensagem trouxe você até aqui. Caso contrário, avise quem desenvolve o aplicativo.
document-wrong-developer = O documento deve indicar o próprio endereço como client_id, um client_name e redirect_uris, e nenhum segredo.
document-not-an-object = O documento não é um objeto JSON.
document-other-client = O documento trata de um client_id diferente do próprio endereço.
document-secret = O documento contém um segredo de cliente, que qualquer pessoa poderia ler.
document-nameless = O documento não tem client_name.
document-method = O documento não oferece nenhum método de autenticação que funcione aqui sem um segredo.
document-unacceptable = O documento não é aceitável: { $reason }.
