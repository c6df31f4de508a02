### 连接显示代码的设备。

device-title = 连接设备
device-lead = 请输入您的设备或终端上显示的代码。
device-code = 代码
device-caution = <strong>仅限您自己设备的代码。</strong>如果有人向您发送了代码或此页面的链接，请关闭此页面：启动该设备的人将以您的名义操作。
device-continue = 继续

device-heading = 允许另一台设备上的 <q>{ $client }</q> 代表您操作？
device-must-show = 您的设备必须显示以下代码：
device-warn = <strong>仅允许您自己刚刚发起的操作。</strong>如果有人通过邮件、聊天或电话向您发送此代码，请拒绝：对方将以您的名义操作。

device-from = 设备的请求来自
device-from-here = 与您相同的网络
device-from-elsewhere = 与您不同的网络
device-own = 您的地址是 <code>{ $address }</code>。同一房间内的设备通常具有相同的地址。

device-connected = 您的设备已连接
device-connected-lead = { $client } 现在可以代表您操作。请返回您的设备：它会在几秒钟内继续。
device-denied = 没有允许任何操作
device-denied-lead = { $client } 没有获得访问权限。您可以关闭此页面。
device-again = 重新输入代码
device-gone = 此代码已不能使用

device-sign-in = 请先登录。
device-stale = 此页面是为另一次登录或另一个代码生成的。
device-unknown = 此处不认识该代码，或者它已过期：请核对代码，或在设备上重新开始。
device-too-many = 尝试的代码过多：请稍等片刻再试。
