### Letters by mail. Plain text: no tags.

letter-invitation-subject = Your invitation to { -product }
letter-invitation-lead = An administrator of { $url } invites you to make an account. This link leads to the page where you choose your password:
letter-reset-subject = A new password for { -product }
letter-reset-administrator = An administrator of { $url } made this link for the account { $user }. It leads to the page where you choose a new password:
letter-reset-page = Somebody who says that the password of the account { $user } at { $url } is forgotten asked for this link. It leads to the page where you choose a new password:
letter-once = The link works once, and for a limited time. Give it to nobody: whoever has it can use it.
letter-ignore = If you did not expect this letter, do nothing: without the link nothing changes.
