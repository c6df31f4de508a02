### Making an account by invitation.

invitation-title = Make your account
invitation-lead = You are invited to { -product }. The link that brought you here works once.
invitation-name = User name
invitation-name-given = This name was chosen for you.
invitation-name-choice = You sign in with it. Letters, digits and . _ - @ + are fine.
invitation-button = Make the account

invitation-nothing = This invitation is over
invitation-over = This invitation was used, was taken back or has expired.
invitation-over-you = Sign in if you made your account already. Otherwise ask whoever invited you for another invitation.
invitation-other-name = The invitation is for another name.
invitation-name-taken = Somebody has this name: choose another.
