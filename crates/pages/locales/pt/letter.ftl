letter-invitation-subject = Seu convite para { -product }
letter-invitation-lead = A administração de { $url } convida você a criar uma conta. Este link leva à página em que você escolhe sua senha:
letter-reset-subject = Uma nova senha para { -product }
letter-reset-administrator = A administração de { $url } criou este link para a conta { $user }. Ele leva à página em que você escolhe uma nova senha:
letter-reset-page = Alguém que diz ter esquecido a senha da conta { $user } em { $url } pediu este link. Ele leva à página em que você escolhe uma nova senha:
letter-once = O link funciona uma vez e por tempo limitado. Não o dê a ninguém: quem o tem pode usá-lo.
letter-ignore = Se você não esperava esta mensagem, não faça nada: sem o link nada muda.
