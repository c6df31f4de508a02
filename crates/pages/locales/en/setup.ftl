### Making the first account.

setup-title = Set up
setup-heading = Make the first account
setup-lead = This account administers { -product } and signs in when an application wants to connect. The link that brought you here works once.
setup-name = User name
setup-password = Password
setup-again = The same password again
setup-minimum = At least { $minimum } characters.
setup-button = Make the account

setup-nothing = Nothing to set up here
setup-done-before = This { -product } is set up already.
setup-done-before-you = Sign in with the account that was made. Other accounts are made with: doorward user add NAME
setup-link = This set-up link was used or has expired.
setup-link-you = Restart { -product }: while there is no account it prints a fresh link, which works for an hour.
setup-different = The two passwords are not the same.

welcome-title = Ready
welcome-heading = You are ready
welcome-lead = Your account <strong>{ $user }</strong> is made and you are signed in. Give an application one of these addresses; it brings you back here to decide what it may do.
