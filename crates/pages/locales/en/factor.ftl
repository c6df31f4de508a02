### Second factors: the step after the password, enrolment, and the page where they are managed.

factor-title = Confirm that it is you
factor-who = You are signing in as <strong>{ $user }</strong>. One more step.
factor-code = Code of your authenticator application
factor-code-label = Six digits
factor-button = Continue
factor-recovery = Use a recovery code instead
factor-recovery-label = Recovery code
factor-recovery-rule = Each code works once. Hyphens and capitals do not matter.
factor-passkey = Passkey
factor-passkey-lead = Use your fingerprint, your face or the PIN of your device or security key.
factor-passkey-button = Use a passkey
factor-other-person = Sign in as somebody else
factor-refused = This is not right, or was used already. Wait for the next code and try again.
factor-stale = This page was open for too long. Here is a new one: remove the old entry from the application, and begin again.
factor-lost = This sign-in cannot go on here
factor-lost-lead = It was begun in another browser, or more than ten minutes ago. Nothing was done.
factor-again = Sign in from the beginning

enrol-title = Add a second way to prove that it is you
enrol-lead = Here a password alone is not enough, <strong>{ $user }</strong>. Add one of these now; from then on you are asked for it when you sign in.
enrol-passkey = Passkey
enrol-passkey-lead = A passkey is kept by your device, your password manager or a security key. It cannot be guessed, and is of no use on a false site.
enrol-passkey-button = Make a passkey
enrol-code = Authenticator application
enrol-code-button = Add the application

totp-scan = Scan this picture with your authenticator application.
totp-picture = QR code with the key for the application
totp-here = Open the application on this device instead
totp-text = Or type this key:
totp-type = Type the six digits that the application shows.

passkey-name = What to call it
passkey-failed = That did not work. Try again, or choose another way.
passkey-known = This device already has a passkey for you here.
passkey-script = Passkeys need JavaScript, which is turned off in this browser.
passkey-off = Passkeys are not in use here.
passkey-elsewhere = Passkeys do not work under this address.
passkey-elsewhere-link = Open this page at { $host }
passkey-unverified = Your device did not check who is using it. Set up a PIN, a fingerprint or your face there, and try again.
passkey-algorithm = Keys of this kind are not taken here. Use another device or security key.
passkey-copied = This passkey has been used somewhere else under the same name, so it is not taken any more. Sign in another way and replace it.
passkey-elsewhere-used = This passkey was used on another site. Nothing was done.
passkey-many = You have as many passkeys as can be kept. Remove one that you do not need first.
passkey-stale = This page was open for too long, or was sent twice. Try again.
passkey-unknown = This passkey is not known here, or is not yours.

sign-in-passkey = Sign in with a passkey

codes-title = Your recovery codes
codes-lead = With one of these codes you get in when your passkey or your authenticator application is lost. Each works once. Keep them where you keep your passwords, or print this page.
codes-once = They are shown only now.
codes-next = I have kept them

security-title = Sign-in and security
security-lead = How <strong>{ $user }</strong> signs in.
security-few = { $count ->
    [0] You have no recovery code left. Make new ones before you need them.
    [one] You have one recovery code left. Make new ones before you need them.
   *[other] You have { $count } recovery codes left. Make new ones before you need them.
  }
security-passkeys = Passkeys
security-no-passkeys = You have none.
security-add-passkey = Add a passkey
security-synced = May be on several of your devices.
security-one-device = On one device.
security-added = Added on { $day }.
security-used = Last used on { $day }.
security-unused = Not used yet.
security-rename = Rename
security-remove = Remove
security-app = Authenticator application
security-no-app = You have none.
security-add-app = Add an application
security-codes = Recovery codes
security-codes-left = { $count ->
    [0] None is left.
    [one] One is left.
   *[other] { $count } are left.
  }
security-new-codes = Make new codes
security-fresh = Changes need a sign-in that is not older than ten minutes. Removing something ends your other sessions.
security-demanded = Whoever runs this server demands a second factor. Add another one before you remove this one.
security-back = Back to sign-in and security
security-add-title = Add a way to sign in
