### The pages of a person's own account.

account-navigation = Your account
account-overview = Overview
account-connections = Connected applications
account-sessions = Sessions
account-devices = Devices
account-approvals = Remembered answers
account-activity = Activity
account-profile = Profile
account-data = Your data

account-heading = Your account, { $name }
account-lead = See what acts for you and where you are signed in, and cut it off.
account-count-connections = { $count ->
    [0] No application acts for you.
    [one] One application acts for you.
   *[other] { $count } applications act for you.
}
account-count-sessions = { $count ->
    [one] You are signed in here alone.
   *[other] You are signed in { $count } times.
}
account-count-devices = { $count ->
    [0] No device is known to be yours.
    [one] One device is known to be yours.
   *[other] { $count } devices are known to be yours.
}
account-count-approvals = { $count ->
    [0] No answer is remembered.
    [one] One answer is remembered.
   *[other] { $count } answers are remembered.
}

# The parts of a long list.
account-before = The ones before
account-behind = More

# Applications.
account-connections-lead = These applications may use servers here in your name. Each entry is one installation. What you revoke stops working at once, and has to ask you again.
account-connections-none = No application acts for you.
account-known = How it is known
account-known-administrator = registered by an administrator
account-known-document = by its document at <strong>{ $host }</strong>
account-known-vouched = vouched for by { $issuer }
account-known-itself = registered itself, unverified
account-known-gone = not known here any more
account-hosts = Answers go to
account-host-web = { $host }
account-host-loopback = a program on your computer
account-host-application = the application that opens { $scheme }: links
account-server = Server
account-scopes = Scopes
account-tools = { $count ->
    [one] One tool
   *[other] { $count } tools
}
account-tools-more = { $count ->
    [one] and one more
   *[other] and { $count } more
}
account-tools-none = no tool at the moment
account-tools-unknown = Its tools cannot be listed right now.
account-mark-read = reads
account-mark-write = changes
account-mark-destructive = may delete
account-called = Called lately
account-called-at = { $count ->
    [one] of { $server }, once
   *[other] of { $server }, { $count } times
}
account-called-nothing = nothing
account-first-used = Connected
account-last-used = Last used
account-ends = Ends by itself
account-revoke = Revoke
account-revoke-all = Revoke all

# Sessions and devices.
account-sessions-lead = You are signed in in these browsers. End what you do not know, and change your password then.
account-this-session = this session
account-this-device = this device
account-browser-unknown = An unknown browser
account-browser = { $program }
account-browser-on = { $program } on { $system }
account-address = Address
account-address-unknown = unknown
account-signed-in-at = Signed in
account-seen = Last seen, give or take some minutes
account-end = End this session
account-end-others = End all other sessions
account-end-all = Sign out everywhere
account-devices-lead = You signed in on these devices before. Each is remembered for { $memory } after the last sign-in. Being remembered opens nothing: it keeps people who guess passwords elsewhere from slowing you down.
account-devices-none = No device is remembered.
account-first-sign-in = First sign-in
account-last-sign-in = Last sign-in
account-forgotten-at = Forgotten
account-forget-device = Forget this device

# Remembered answers.
account-approvals-lead = You allowed these and are not asked again for the same. Forgetting an answer ends no connection; it makes the next request ask.
account-approvals-none = No answer is remembered.
account-approval-host = Answer goes to
account-approved-at = Allowed
account-approval-tools = These tools alone
account-forget-approval = Forget this answer

# Activity.
account-activity-lead = What happened in your account, the newest first.
account-activity-everybody-lead = What happened in all accounts, the newest first.
account-activity-none = Nothing of this kind in this part of the log.
account-when = When
account-outcome = Outcome
account-facts = More
account-event = Event
account-event-all = All
account-everybody = Everybody, not only me
account-show = Show
account-older = Older
account-outcome-allowed = allowed
account-outcome-denied = refused
account-outcome-failed = failed
account-fact-user = User
account-fact-client = Application
account-fact-server = Server
account-fact-tool = Tool
account-fact-address = Address
account-fact-reason = Why

# Profile.
account-name = User name
account-mail = Mail
account-role = Role
account-role-member = Member
account-role-auditor = Auditor
account-role-administrator = Administrator
account-display-name = What you are called
account-display-name-label = Display name
account-save = Save
account-password = Password
account-password-lead = A new password ends all other sessions and all connected applications. They have to connect again.
account-password-old = Old password
account-password-new = New password
account-password-again = New password once more
account-password-hint = At least { $minimum } characters, and not easy to guess.
account-password-change = Change password

# Data.
account-download = Download
account-download-lead = A file with everything that is stored about you, without passwords and keys.
account-download-button = Download your data
account-delete = Delete account
account-delete-lead = All applications are disconnected and you are signed out everywhere. Your account and what is stored for it is removed. The audit log is kept. This cannot be undone.
account-delete-name = To confirm, type your user name: { $name }
account-delete-button = Delete my account
account-deleted = Your account is deleted
account-deleted-lead = You are signed out, and nothing acts for you here any more.

# What was done.
account-done-revoked = The application is disconnected.
account-done-all-revoked = All applications are disconnected.
account-done-ended = The session is ended.
account-done-others-ended = All other sessions are ended.
account-done-device = The device is forgotten.
account-done-approval = The answer is forgotten.
account-done-named = Your name is saved.
account-done-password = Your password is changed. All other sessions are ended.

# What was not done.
account-not-done = Nothing was done
account-back = Back to your account
account-stale = The page is out of date: you signed in again since, or it was opened in another session. Load it again.
account-error-not-there = There is no such thing in your account. It may be gone already.
account-error-wrong-password = The old password is not right.
account-error-no-password = Your account has no password.
account-error-different = The two new passwords are not the same.
account-error-name = A display name has at least one visible character.
account-error-too-many = There were too many tries. Wait a moment and try again.
account-error-busy = Too many people at once. Wait a moment and try again.
account-error-last-administrator = You are the last administrator that can sign in. Make somebody else an administrator first.
account-error-unconfirmed = Type your user name exactly as it is.
