### Connecting a device that shows a code.

device-title = Connect a device
device-lead = Type the code that your device or terminal shows.
device-code = Code
device-caution = <strong>Only a code of your own device.</strong> If somebody sent you a code or a link to this page, close it: whoever started that device would act in your name.
device-continue = Continue

device-heading = Allow <q>{ $client }</q> on another device to act for you?
device-must-show = Your device must show this code:
device-warn = <strong>Allow only what you started yourself, just now.</strong> If somebody sent you this code, by mail, in a chat or on the telephone, deny it: they would act in your name.

device-from = The device asked from
device-from-here = the network that you are in, too
device-from-elsewhere = another network than yours
device-own = You are at <code>{ $address }</code>. A device in the same room has mostly the same address.

device-connected = Your device is connected
device-connected-lead = { $client } may now act for you. Go back to your device: it continues within a few seconds.
device-denied = Nothing was allowed
device-denied-lead = { $client } got no access. You can close this page.
device-again = Type the code again
device-gone = This code cannot be used any more

device-sign-in = Sign in first.
device-stale = The page was made for another sign-in or another code.
device-unknown = This code is not known here, or it has expired: check it, or start again on the device.
device-too-many = Too many codes were tried: wait a moment, then try again.
