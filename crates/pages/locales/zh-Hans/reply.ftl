### 将答复带给应用的页面。

reply-done = 即将完成
reply-done-lead = 答复已准备好发送。
reply-goes = 它将发送到：<strong>{ $destination }</strong>。如果没有任何反应，请按下按钮。
reply-fault = 该应用发送了无法满足的请求
reply-asks = 该应用要求通知：<strong>{ $destination }</strong>。仅当您了解该目标时才前往：任何人都可以让应用发送这样的请求。
reply-again = 如果该应用没有察觉，请再次前往：<strong>{ $destination }</strong>。
reply-link = 继续前往：{ $destination }
reply-button = 继续
