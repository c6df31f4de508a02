invitation-title = Crie sua conta
invitation-lead = Você foi convidado para { -product }. O link que trouxe você até aqui funciona uma vez.
invitation-name = Nome de usuário
invitation-name-given = Este nome foi escolhido para você.
invitation-name-choice = Você entra com ele. Letras, dígitos e . _ - @ + são aceitos.
invitation-button = Criar a conta

invitation-nothing = Este convite não vale mais
invitation-over = Este convite foi usado, foi retirado ou expirou.
invitation-over-you = Entre, se você já criou sua conta. Caso contrário, peça outro convite a quem convidou você.
invitation-other-name = O convite é para outro nome.
invitation-name-taken = Alguém já tem este nome: escolha outro.
