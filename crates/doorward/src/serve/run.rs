//! `doorward serve`, and what `serve` and `up` have in common.

use std::{io::IsTerminal, sync::Arc, time::Duration};

use tokio::{
    net::TcpListener,
    runtime::Runtime,
    signal::unix::{Signal, SignalKind, signal},
    time::{Instant, sleep, timeout, timeout_at},
};
use tokio_util::task::TaskTracker;

use super::{
    Accepting, Drain, accept, bind,
    counters::Counters,
    front::Front,
    limits, ops, reload,
    room::Room,
    slack,
    tls::{self, Asking},
};
use crate::{
    cli::ServeArguments,
    config::{self, Configuration},
    control::{self, Office},
    data::{self, Chosen, DataFolder, Lock},
    failure::Failure,
    system::SystemEntropy,
    wire::{House, launcher},
};

/// How long requests may go on after a signal.
const FINISH: Duration = Duration::from_secs(3);
/// How often the end looks whether only streams are left that wait for nothing in particular.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How long streams and server processes may take to end.
const END: Duration = Duration::from_secs(3);
/// How long connections may take at least to send the rest.
const LAST: Duration = Duration::from_secs(1);

/// Everything that is open and waits for connections.
pub(crate) struct Doorway {
    /// What ends it; watched from the very start.
    pub(crate) signals: Signals,
    /// Where requests arrive.
    pub(crate) listener: TcpListener,
    /// Where requests of clients arrive that show a certificate, if that is another place.
    pub(crate) certificates: Option<TcpListener>,
    /// Where health and metrics are asked for.
    pub(crate) ops: Option<TcpListener>,
    /// The file to watch, if there is one.
    pub(crate) file: Option<reload::Watched>,
    /// What is in effect.
    pub(crate) configuration: Configuration,
}

/// `doorward serve`.
pub(crate) fn run(arguments: &ServeArguments, folder: &DataFolder) -> Result<(), Failure> {
    let file = reload::Watched::from_now_on(&arguments.config);
    let configuration = config::read_apart(&arguments.config, folder)?;
    runtime()?.block_on(async {
        let signals = Signals::watch()?;
        let lock = Lock::take(folder).map_err(|error| error.into_failure(folder))?;
        let chosen = Chosen::configured(&configuration.database, &arguments.config);
        let opened = data::open(folder, lock, Some(chosen), &SystemEntropy).await?;
        let listener = bind(configuration.listen, "listen in the configuration file").await?;
        let certificates = match configuration.certificate_listener() {
            None => None,
            Some(listener) => {
                let choose = "client_certificates.listen in the configuration file";
                Some(bind(listener.listen, choose).await?)
            }
        };
        let ops = bind(
            configuration.ops_listen,
            "ops_listen in the configuration file",
        )
        .await?;
        let house = House::build(&configuration, opened).await?;
        announce(&house, &configuration).await?;
        let doorway = Doorway {
            signals,
            listener,
            certificates,
            ops: Some(ops),
            file: Some(file),
            configuration,
        };
        keep_open(house, doorway).await
    })
}

/// The runtime that serves.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("doorward")
        .build()
        .map_err(|error| Failure::new(format!("cannot start: {error}")))
}

/// Serves until a signal says stop, then ends everything that runs.
pub(crate) async fn keep_open(house: House, doorway: Doorway) -> Result<(), Failure> {
    let (drain, connections) = (Drain::default(), TaskTracker::new());
    let counters = Arc::new(Counters::default());
    let configuration = doorway.configuration;
    let local = |listener: &TcpListener| {
        listener
            .local_addr()
            .map_err(|error| Failure::new(error.to_string()))
    };
    let front = Arc::new(Front::public(
        house.clone(),
        house.router(),
        (&configuration.public_url, local(&doorway.listener)?),
        Arc::clone(&counters),
    ));
    front.trust(&configuration);
    let acceptor = |asking| {
        let files = configuration.tls.as_ref();
        files.map(|files| tls::acceptor(files, asking)).transpose()
    };
    let most = house.connections();
    let (room, certificate_room) = match &doorway.certificates {
        None => (Room::for_one(most), None),
        Some(_) => {
            let [one, other] = Room::for_two(most);
            (one, Some(other))
        }
    };
    let accepting = Accepting {
        front: Arc::clone(&front),
        tls: acceptor(match configuration.asks_everybody() {
            true => Asking::Clients,
            false => Asking::Nobody,
        })?,
        room,
        drain: drain.clone(),
        connections: connections.clone(),
    };
    let socket = house.folder().control_socket();
    let control = control::listen(&socket, Office::of(&house))?;
    if let Some(ops) = doorway.ops {
        let router = ops::router(&house, drain.clone(), Arc::clone(&counters));
        let front = Front::ops(router, local(&ops)?, Arc::default());
        let accepting = Accepting {
            front: Arc::new(front),
            tls: None,
            room: Room::for_one(64),
            ..accepting.clone()
        };
        tokio::spawn(accept(ops, accepting));
    }
    let mut fronts = vec![front];
    if let (Some(listener), Some(room), Some(configured)) = (
        doorway.certificates,
        certificate_room,
        configuration.certificate_listener(),
    ) {
        let front = Arc::new(Front::public(
            house.clone(),
            house.router_for_programs(),
            (&configured.public_url, local(&listener)?),
            Arc::clone(&counters),
        ));
        front.trust(&configuration);
        fronts.push(Arc::clone(&front));
        let accepting = Accepting {
            front,
            tls: acceptor(Asking::Clients)?,
            room,
            ..accepting.clone()
        };
        tokio::spawn(accept(listener, accepting));
    }
    tokio::spawn(accept(doorway.listener, accepting));
    tokio::spawn(slack::give_back());
    tokio::spawn(house.clone().keep_house());
    tokio::spawn(house.clone().keep_keys());
    tokio::spawn(house.clone().keep_tenure());
    tokio::spawn(house.clone().look_at_servers(configuration.servers.clone()));
    if let Some(file) = doorway.file {
        tokio::spawn(reload::watch(file, configuration, house.clone(), fronts));
    }
    doorway.signals.wait().await;
    drain.begin();
    control.abort();
    std::fs::remove_file(&socket).ok();
    end(&house, &connections, &counters).await;
    Ok(())
}

/// Ends what runs: requests may finish, also those that are answered on a stream, then streams and
/// server processes are ended.
async fn end(house: &House, connections: &TaskTracker, counters: &Counters) {
    connections.close();
    let until = Instant::now() + FINISH + END + LAST;
    let answered = async {
        loop {
            let load = house.load();
            let owes = counters.pending() > 0 || load.answering > 0;
            // Whatever else is open sends the rest of an answer.
            if !owes && connections.len() <= load.streams {
                return;
            }
            sleep(LOOK_EVERY).await;
        }
    };
    if timeout(FINISH, answered).await.is_err() {
        let (pending, answering) = (counters.pending(), house.load().answering);
        tracing::warn!(pending, answering, "not every request was answered in time");
    }
    if timeout(END, house.shutdown()).await.is_err() {
        tracing::warn!("not everything ended in time");
    }
    // Answers that are no event streams may still be on their way.
    timeout_at(until, connections.wait()).await.ok();
}

async fn announce(house: &House, configuration: &Configuration) -> Result<(), Failure> {
    let servers = configuration.servers.len();
    launcher::warn_of_commands(configuration);
    if let Some(told) = limits::too_few(house.connections()) {
        tracing::warn!("{told}");
    }
    tracing::info!(public_url = %configuration.public_url, listen = %configuration.listen, servers, "serving");
    match house.setup_link().await? {
        Some(link) if std::io::stdout().is_terminal() => {
            println!(
                "There is no account yet. Make the first one, once, within an hour:\n  {link}"
            );
        }
        Some(_) => {
            tracing::warn!("there is no account yet; make one with: doorward user add NAME --admin")
        }
        None => {}
    }
    Ok(())
}

/// The signals that end the process.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Watches them from now on, instead of ending at once.
    pub(crate) fn watch() -> Result<Self, Failure> {
        let on = |kind| {
            signal(kind).map_err(|error| Failure::new(format!("cannot watch signals: {error}")))
        };
        Ok(Self {
            terminate: on(SignalKind::terminate())?,
            interrupt: on(SignalKind::interrupt())?,
        })
    }

    /// Waits for the first one; a second one ends the process at once.
    async fn wait(mut self) {
        self.either().await;
        tokio::spawn(async move {
            self.either().await;
            std::process::exit(1);
        });
    }

    async fn either(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
