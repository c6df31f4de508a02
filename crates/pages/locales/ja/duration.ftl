### 期間の長さ。

duration-days = { $count } 日
duration-hours = { $count } 時間
duration-minutes = { $count } 分
duration-seconds = { $count } 秒
