### Forgotten passwords.

forgot-title = I forgot my password
forgot-lead = Say who you are. If the account has an address, a link to choose a new password is sent there.
forgot-who = User name or address
forgot-button = Send the link
forgot-sent = Look at your mail
forgot-sent-lead = If there is an account with an address, a link is on its way to it. It works once, within an hour.
forgot-sent-you = Look among unwanted mail, too. If nothing comes, ask an administrator for a link.
forgot-no-mail = This { -product } sends no mail.
forgot-no-mail-you = Ask an administrator for a link: doorward user reset NAME

reset-title = Choose a new password
reset-lead = For the account <strong>{ $user }</strong>. The link that brought you here works once. Everywhere you are signed in you are signed out.
reset-password = New password
reset-grants = Disconnect all applications as well
reset-grants-why = Do this if somebody else may have known your password.
reset-button = Set the password
reset-done = Your password is set
reset-done-lead = You are signed out everywhere. Sign in with the new password.
reset-done-next = Sign in
reset-nothing = This link does nothing
reset-over = This link was used or has expired.
reset-over-you = Ask for another one: on the sign-in page, or from an administrator.
