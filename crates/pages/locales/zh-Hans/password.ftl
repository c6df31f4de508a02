### 密码或用户名不被接受的原因。

user-name-refused = 用户名由 1 到 64 个字母、数字和 . _ - @ + 组成，并以字母或数字开头。
password-short = 密码至少有 { $minimum } 个字符。
password-long = 密码最多有 { $maximum } 个字节。
password-weak-common = 此密码很容易被猜到：人人都会先试它。请使用几个互不相关的生僻词。
password-weak-like-common = 此密码很容易被猜到：它只是常见密码的变形，用大写字母或数字代替字母几乎无济于事。请使用几个生僻词。
password-weak-date = 此密码很容易被猜到：日期和年份很快会被试到。请改用几个生僻词。
password-weak-keyboard = 此密码很容易被猜到：键盘上相邻的按键很快会被试到。请改用几个生僻词。
password-weak-name = 此密码很容易被猜到：人名很快会被试到。请加上几个不是人名的词。
password-weak-personal = 此密码很容易被猜到：它由您的姓名、地址或本产品的名称组成。请使用与您无关的词。
password-weak-repeated = 此密码很容易被猜到：重复几乎不会增加强度。请改为加上其他词。
password-weak-sequence = 此密码很容易被猜到：按顺序排列的字符很快会被试到。请改用几个生僻词。
password-weak-short = 此密码很容易被猜到：就其构成而言太短。请加上一两个生僻词。
password-weak-word = 此密码很容易被猜到：单个词很快会被试到。请加上几个与它无关的词。
