### 応答をアプリケーションに届けるページ。

reply-done = まもなく完了です
reply-done-lead = 応答を送信する準備ができました。
reply-goes = 送信先：<strong>{ $destination }</strong>。何も起こらない場合は、ボタンを押してください。
reply-fault = アプリケーションから、応じられない要求が送られました
reply-asks = アプリケーションは次の宛先への通知を求めています：<strong>{ $destination }</strong>。心当たりのある宛先の場合にのみ進んでください。このような要求は誰でも送らせることができます。
reply-again = アプリケーションが気付かなかった場合は、もう一度そこへ進んでください：<strong>{ $destination }</strong>。
reply-link = 続ける：{ $destination }
reply-button = 続ける
