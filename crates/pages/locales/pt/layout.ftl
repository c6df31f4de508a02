### O que envolve cada página.

-product = Doorward
layout-product = { -product }
layout-skip = Ir para o conteúdo
layout-signed-in = Você entrou como <strong>{ $user }</strong>.
layout-sign-in-as-other = Entrar com outra conta
layout-sign-out = Sair
verbatim = { $words }
