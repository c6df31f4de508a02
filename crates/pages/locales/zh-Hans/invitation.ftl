invitation-title = 创建您的账号
invitation-lead = 您已受邀使用 { -product }。将您带到这里的链接只能使用一次。
invitation-name = 用户名
invitation-name-given = 此名称已为您选定。
invitation-name-choice = 您用它登录。可使用字母、数字和 . _ - @ +
invitation-button = 创建账号

invitation-nothing = 此邀请已失效
invitation-over = 此邀请已被使用、已被收回或已过期。
invitation-over-you = 如果您已创建账号，请登录。否则，请向邀请您的人索取新的邀请。
invitation-other-name = 此邀请是给另一个名称的。
invitation-name-taken = 此名称已有人使用：请选择其他名称。
