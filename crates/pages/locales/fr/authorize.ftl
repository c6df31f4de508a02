### Demandes d'autorisation qui n'atteignent pas leur page.

authorize-again-you = Retournez dans l’application qui vous a envoyé ici et recommencez la connexion.
authorize-done-you = Retournez dans l’application. Si elle n’est toujours pas connectée, recommencez-y la connexion.
authorize-add-again-you = N’allez pas plus loin si un lien dans un message vous a amené ici. Sinon, retirez ce serveur de l’application et ajoutez-le de nouveau.

authorize-unreadable = Cette demande est illisible
authorize-malformed = L’encodage de la demande n’est pas valide (pourcentages ou UTF-8).
authorize-too-long = La demande est trop longue.
authorize-unusable = Cette demande ne peut pas être utilisée
authorize-uri-unknown = La request_uri n’a pas été émise ici pour cette application.
authorize-uri-expired = La request_uri a expiré.
authorize-uri-used = La request_uri a déjà été utilisée.
authorize-no-link = Ce lien ne fonctionne pas
authorize-no-link-lead = Ce lien n’a pas été créé ici.
authorize-expired = Cette demande a expiré
authorize-expired-lead = La demande a expiré.
authorize-answered = Cette demande a déjà reçu une réponse
authorize-answered-lead = La demande a déjà reçu une réponse auparavant.

authorize-nameless = Quelle application demande ?
authorize-nameless-lead = La demande n’indique pas de quelle application elle vient (client_id).
authorize-nameless-developer = Envoyez exactement un client_id.

authorize-unknown = Cette application n’est pas enregistrée ici
authorize-unknown-lead = L’application n’est pas enregistrée ici.
authorize-unregistered-lead = La demande désigne une application qui n’est pas, ou n’est plus, enregistrée ici.
authorize-unknown-you = Retirez ce serveur de l’application et ajoutez-le de nouveau : elle s’enregistre alors à nouveau. Les enregistrements que personne n’a utilisés sont supprimés au bout d’un certain temps, et l’administration peut en révoquer un.
authorize-unknown-developer = Enregistrez-vous de nouveau auprès du point d’enregistrement et utilisez le nouveau client_id. Le point de jetons répond 401 invalid_client à un identifiant inconnu.
authorize-unknown-operator = <code>doorward client list</code> montre qui est enregistré. C’est <code>registration.dynamic</code> qui décide si les applications peuvent s’enregistrer elles-mêmes.
authorize-unknown-operator-document = C’est <code>registration.client_id_metadata.enabled</code> qui décide si une application peut être connue par l’adresse de son document ; une telle adresse a un chemin et pas de requête. <code>doorward client list</code> montre qui a été révoqué.

authorize-nowhere-to = Où la réponse doit-elle aller ?
authorize-nowhere-to-lead = La demande n’indique pas où va la réponse (redirect_uri).
authorize-nowhere-to-developer = Envoyez exactement une redirect_uri.

authorize-mismatch = La réponse irait vers un endroit inconnu
authorize-mismatch-lead = La réponse irait vers une adresse que l’application n’a pas enregistrée.
authorize-mismatch-developer = La redirect_uri doit être l’une de celles enregistrées, octet pour octet ; en boucle locale, le port peut différer.
authorize-mismatch-operator = <code>doorward client show { $client }</code> montre l’enregistrement. Si l’application a déménagé et que vous connaissez sa nouvelle adresse, enregistrez-la de nouveau avec <code>doorward client add NOM --redirect-uri ADRESSE</code> et donnez-lui le nouveau client_id.
authorize-mismatch-operator-itself = L’application s’est enregistrée elle-même. Après <code>doorward client revoke { $client }</code>, elle s’enregistre à nouveau.
authorize-mismatch-operator-document = Les adresses viennent du document <code>{ $document }</code> ; il n’y a rien à changer ici.

authorize-unmet = Cette demande ne peut pas être satisfaite
authorize-unmet-developer = Un objet de demande doit être signé pour cet émetteur avec une clé de l’application, et ne sert qu’une fois. Si redirect_uri l’accompagne, la réponse y est envoyée.

authorize-uncarried = Cette demande ne peut pas être acheminée
authorize-uncarried-lead = Le paramètre state compte plus de 2048 octets.
authorize-uncarried-developer = Limitez state à 2048 octets.

document-host = Hôte
document-address = Document de métadonnées de l’application
document-denied = Cette application n’est pas acceptée ici
document-denied-lead = Les applications de cet hôte ne sont pas acceptées ici.
document-denied-you = Adressez-vous à l’administration de ce serveur si vous en avez besoin.
document-denied-administrator = Les hôtes sont admis et exclus dans <code>registration.client_id_metadata</code> : ajoutez <code>{ $host }</code> à <code>allow</code> et retirez de <code>deny</code> ce qui lui correspond.
document-unchecked = Cette application ne peut pas être vérifiée pour le moment
document-often-lead = Trop de documents ont été demandés ; réessayez dans une minute.
document-many-lead = Trop de nouvelles applications à la fois ; réessayez dans une minute.
document-often-you = Attendez une minute et rechargez cette page, ou connectez-vous d’abord à ce serveur : les demandes d’autres personnes de votre réseau ne vous retarderont plus.
document-often-developer = Pour autant qu’on sache, le document est correct : il n’a pas été demandé.
document-fault-you = Réessayez dans quelques minutes. Rien n’a été modifié.
document-fault-operator = Ce serveur joint { $host } lui-même, sans proxy : vérifiez que son nom est résolu et que le pare-feu le laisse sortir.
document-fault-developer = Fournissez le document en JSON simple avec le statut 200, en 5 secondes et 64 Kio au plus, à une adresse publique et sans redirection.
document-slow = L’hôte n’a pas répondu à temps.
document-large = Le document dépasse { $limit } octets.
document-redirect = L’hôte a répondu par une redirection, qui n’est pas suivie.
document-private = L’hôte a une adresse qui ne doit pas être jointe.
document-unreachable = L’hôte est injoignable.
document-certificate = L’hôte n’a pas de certificat valable.
document-status = L’hôte a répondu avec le statut { $status } au lieu de 200.
document-not-json = L’hôte n’a pas répondu par un simple document JSON.
document-broken = L’hôte a interrompu la connexion ou n’a pas parlé HTTP.
document-wrong = Cette application se décrit de façon incorrecte
document-wrong-you = N’allez pas plus loin si un lien dans un message vous a amené ici. Sinon, prévenez les personnes qui développent l’application.
document-wrong-developer = Le document doit indiquer sa propre adresse comme client_id, un client_name et des redirect_uris, et aucun secret.
document-not-an-object = Le document n’est pas un objet JSON.
document-other-client = Le document concerne un autre client_id que sa propre adresse.
document-secret = Le document contient un secret de client, que tout le monde pourrait lire.
document-nameless = Le document n’a pas de client_name.
document-method = Le document ne propose aucune méthode d’authentification utilisable ici sans secret.
document-unacceptable = Le document n’est pas acceptable : { $reason }.
