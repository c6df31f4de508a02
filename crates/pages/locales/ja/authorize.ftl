### ページに到達しない認可要求。

authorize-again-you = ここへ案内したアプリケーションに戻り、接続を最初からやり直してください。
authorize-done-you = アプリケーションに戻ってください。まだ接続されていない場合は、そこで接続をやり直してください。
authorize-add-again-you = メッセージ内のリンクからここに来た場合は、先に進まないでください。それ以外の場合は、アプリケーションからこのサーバーを削除し、追加し直してください。

authorize-unreadable = この要求を読み取れません
authorize-malformed = 要求のエンコード（パーセント表記または UTF-8）が正しくありません。
authorize-too-long = 要求が長すぎます。
authorize-unusable = この要求は使用できません
authorize-uri-unknown = この request_uri は、ここでこのアプリケーションに発行されたものではありません。
authorize-uri-expired = request_uri の有効期限が切れています。
authorize-uri-used = request_uri は既に使用されています。
authorize-no-link = このリンクは機能しません
authorize-no-link-lead = このリンクはここで作られたものではありません。
authorize-expired = この要求は有効期限が切れています
authorize-expired-lead = 要求の有効期限が切れています。
authorize-answered = この要求には既に回答済みです
authorize-answered-lead = 要求には以前に回答されています。

authorize-nameless = どのアプリケーションからの要求ですか？
authorize-nameless-lead = どのアプリケーションからの要求か示されていません（client_id）。
authorize-nameless-developer = client_id を必ず 1 つだけ送信してください。

authorize-unknown = このアプリケーションはここに登録されていません
authorize-unknown-lead = アプリケーションはここに登録されていません。
authorize-unregistered-lead = 要求に示されたアプリケーションは、ここに登録されていないか、登録が取り消されています。
authorize-unknown-you = アプリケーションからこのサーバーを削除し、追加し直してください。その際に新しく登録されます。誰も使わなかった登録はしばらくすると削除され、管理者が取り消すこともあります。
authorize-unknown-developer = 登録エンドポイントで登録し直し、新しい client_id を使ってください。トークンエンドポイントは、不明な client_id に 401 invalid_client を返します。
authorize-unknown-operator = <code>doorward client list</code> で登録済みのクライアントを確認できます。アプリケーションが自分で登録できるかどうかは <code>registration.dynamic</code> で決まります。
authorize-unknown-operator-document = 文書のアドレスを識別子とするアプリケーションを受け入れるかどうかは <code>registration.client_id_metadata.enabled</code> で決まります。そのようなアドレスにはパスが必要で、クエリは使えません。<code>doorward client list</code> で取り消されたクライアントを確認できます。

authorize-nowhere-to = 応答の送信先はどこですか？
authorize-nowhere-to-lead = 要求に応答の送信先が示されていません（redirect_uri）。
authorize-nowhere-to-developer = redirect_uri を必ず 1 つだけ送信してください。

authorize-mismatch = 応答の送信先が不明です
authorize-mismatch-lead = 応答の送信先は、アプリケーションが登録していないアドレスです。
authorize-mismatch-developer = redirect_uri は登録されているもののいずれかとバイト単位で一致する必要があります。ループバックではポートだけが異なってもかまいません。
authorize-mismatch-operator = <code>doorward client show { $client }</code> で登録内容を確認できます。アプリケーションの移転先のアドレスが確かな場合は、<code>doorward client add 名前 --redirect-uri アドレス</code> で登録し直し、新しい client_id を設定してください。
authorize-mismatch-operator-itself = このアプリケーションは自分で登録しました。<code>doorward client revoke { $client }</code> を実行すると、登録し直されます。
authorize-mismatch-operator-document = アドレスは文書 <code>{ $document }</code> に基づいています。ここで変更するものはありません。

authorize-unmet = この要求には応じられません
authorize-unmet-developer = リクエストオブジェクトは、この発行者向けにクライアントの鍵で署名されている必要があり、一度だけ使えます。redirect_uri が併記されていれば、応答はそこへ送られます。

authorize-uncarried = この要求は引き継げません
authorize-uncarried-lead = state パラメーターが 2048 バイトを超えています。
authorize-uncarried-developer = state は 2048 バイト以内にしてください。

document-host = ホスト
document-address = クライアントのメタデータ文書
document-denied = このアプリケーションはここでは受け付けられません
document-denied-lead = このホストのアプリケーションはここでは受け付けられません。
document-denied-you = 必要な場合は、このサーバーの管理者にお問い合わせください。
document-denied-administrator = ホストの許可と拒否は <code>registration.client_id_metadata</code> で設定します。<code>allow</code> に <code>{ $host }</code> を追加し、これに一致するものを <code>deny</code> から除いてください。
document-unchecked = 現在このアプリケーションを確認できません
document-often-lead = 文書の取得が多すぎます。1 分後にもう一度お試しください。
document-many-lead = 新しいアプリケーションが一度に多すぎます。1 分後にもう一度お試しください。
document-often-you = 1 分待ってからこのページを再読み込みするか、先にこのサーバーにサインインしてください。そうすれば、同じネットワークのほかの人の要求に妨げられません。
document-often-developer = 分かっている限り、文書に問題はありません。取得は行われませんでした。
document-fault-you = 数分後にもう一度お試しください。何も変更されていません。
document-fault-operator = このサーバーはプロキシを使わず直接 { $host } に接続します。名前が解決されるか、ファイアウォールが外向きの通信を許可しているかを確認してください。
document-fault-developer = 文書は、ステータス 200 の通常の JSON として、5 秒以内かつ 64 KiB 以内で、公開アドレスからリダイレクトなしで提供してください。
document-slow = ホストが時間内に応答しませんでした。
document-large = 文書が { $limit } バイトを超えています。
document-redirect = ホストがリダイレクトで応答しましたが、リダイレクトには従いません。
document-private = ホストのアドレスは、接続してはならないものです。
document-unreachable = ホストに接続できません。
document-certificate = ホストに有効な証明書がありません。
document-status = ホストが 200 ではなくステータス { $status } で応答しました。
document-not-json = ホストの応答は通常の JSON 文書ではありません。
document-broken = ホストが通信を中断したか、HTTP ではない応答をしました。
document-wrong = このアプリケーションの自己記述に誤りがあります
document-wrong-you = メッセージ内のリンクからここに来た場合は、先に進まないでください。それ以外の場合は、アプリケーションの開発者に知らせてください。
document-wrong-developer = 文書には、client_id として文書自身のアドレス、client_name、redirect_uris が必要です。秘密情報を含めてはなりません。
document-not-an-object = 文書が JSON オブジェクトではありません。
document-other-client = 文書に書かれた client_id が、文書自身のアドレスと異なります。
document-secret = 文書に、誰でも読めてしまうクライアントシークレットが含まれています。
document-nameless = 文書に client_name がありません。
document-method = 文書には、秘密情報なしでここで使える認証方式がありません。
document-unacceptable = 文書を受け付けられません：{ $reason }。
