invitation-title = アカウントを作成
invitation-lead = { -product } に招待されています。ここへ案内したリンクは一度だけ使えます。
invitation-name = ユーザー名
invitation-name-given = この名前はあらかじめ決められています。
invitation-name-choice = サインインに使う名前です。英字、数字、および . _ - @ + が使えます。
invitation-button = アカウントを作成

invitation-nothing = この招待は無効です
invitation-over = この招待は使用済みか、取り消されたか、有効期限が切れています。
invitation-over-you = 既にアカウントを作成した場合は、サインインしてください。それ以外の場合は、招待した人に新しい招待を依頼してください。
invitation-other-name = この招待は別の名前のためのものです。
invitation-name-taken = この名前は既に使われています。別の名前を選んでください。
