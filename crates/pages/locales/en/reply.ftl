### A page that carries an answer to its application.

reply-done = Almost done
reply-done-lead = The answer is ready to be sent.
reply-goes = It goes to <strong>{ $destination }</strong>. If nothing happens, press the button.
reply-fault = The application sent a request that cannot be met
reply-asks = The application asks to be told at <strong>{ $destination }</strong>. Go there only if you know it: anybody can make an application send such requests.
reply-again = If the application at <strong>{ $destination }</strong> did not notice, go there once more.
reply-link = Continue to { $destination }
reply-button = Continue
