### Uma página que leva uma resposta ao seu aplicativo.

reply-done = Quase pronto
reply-done-lead = A resposta está pronta para ser enviada.
reply-goes = Ela vai para: <strong>{ $destination }</strong>. Se nada acontecer, pressione o botão.
reply-fault = O aplicativo enviou uma solicitação que não pode ser atendida
reply-asks = O aplicativo pede para ser avisado aqui: <strong>{ $destination }</strong>. Vá até lá somente se conhecer esse destino: qualquer pessoa pode fazer um aplicativo enviar solicitações assim.
reply-again = Se o aplicativo não percebeu, vá até lá mais uma vez: <strong>{ $destination }</strong>.
reply-link = Continuar para: { $destination }
reply-button = Continuar
