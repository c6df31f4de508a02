### The sign-in page.

sign-in-title = Sign in
sign-in-client = <strong>{ $client }</strong> wants to connect. After you sign in you decide what it may do. The answer will go to <strong>{ $destination }</strong>.
sign-in-first = There is no account yet. Open the set-up link that { -product } printed in the terminal where it runs, then come back.
sign-in-name = User name
sign-in-password = Password
sign-in-button = Sign in

sign-in-refused = The user name or the password is not right.
sign-in-too-many = There were too many tries: wait a moment and try again.
sign-in-busy = Too many people are signing in right now: wait a moment and try again.
sign-in-again = Sign in to go on to your account. What is sensitive there asks who you are once more.
