//! `doorward up`: a door in front of one server, with nothing to configure.
//!
//! It listens before it looks at the server behind, so that the endpoint is there
//! at once; a server that does not answer is told in one line a moment later.

mod greeting;
mod name;
mod program;

use std::collections::HashMap;

use doorward_core::{
    dpop::Policy, factor::SignInPolicy, lifetimes::Lifetimes, permit::AllowList,
    registration::Domains, rotation::Schedule, server::ServerName, step_up::StepUp,
};
use doorward_gateway::{AggregateConfig, Exposure, GatewayLimits, ProcessConfig};
use doorward_issuer::{DynamicRegistration, Federation};
use doorward_scim::ScimConfig;

use crate::{
    cli::UpArguments,
    config::{self, Configuration, PublicUrl, Server, Upstream},
    data::{self, Chosen, DataFolder, Lock},
    demo::Demo,
    failure::Failure,
    serve::{self, Doorway, Signals},
    system::SystemEntropy,
    wire::House,
};

/// Opens the door and keeps it open until a signal.
pub(crate) fn run(arguments: UpArguments, folder: &DataFolder) -> Result<(), Failure> {
    let behind = Behind::of(&arguments)?;
    let name = name_of(&arguments, &behind)?;
    let listen = config::address("--listen", &arguments.listen).map_err(Failure::usage)?;
    config::require_protection(listen, false).map_err(|_| {
        Failure::new(format!(
            "listening on {listen} would take passwords and tokens from the network in clear"
        ))
        .fix("listen on 127.0.0.1, or use `doorward serve` with tls or trusted_proxies")
    })?;
    serve::runtime()?.block_on(async {
        let signals = Signals::watch()?;
        let lock = Lock::take(folder).map_err(|error| error.into_failure(folder))?;
        let chosen = Chosen::without_configuration()?;
        let database = chosen.database().clone();
        let opened = data::open(folder, lock, Some(chosen), &SystemEntropy).await?;
        let listener = serve::bind(listen, "--listen, like --listen 127.0.0.1:0").await?;
        let bound = listener
            .local_addr()
            .map_err(|error| Failure::new(error.to_string()))?;
        let public_url = public_url(arguments.public_url.as_deref(), bound)?;
        let configuration = Configuration {
            scim: ScimConfig::disabled(public_url.to_string()),
            public_url,
            listen: bound,
            ops_listen: arguments.ops_listen,
            tls: None,
            client_certificates: None,
            pages: Default::default(),
            trusted_proxies: Vec::new(),
            allowed_origins: Vec::new(),
            database,
            lifetimes: Lifetimes::default(),
            keys: Schedule::default(),
            signed_metadata: false,
            dynamic_registration: DynamicRegistration::Open,
            statement_issuers: Vec::new(),
            client_documents: Some(Domains::default()),
            loopback_documents: false,
            exchange: Vec::new(),
            dpop_nonces: false,
            openid: true,
            federation: Federation::default(),
            sign_in: SignInPolicy::default(),
            mail: None,
            limits: GatewayLimits::default(),
            scratch: None,
            trusted_issuers: Vec::new(),
            groups: HashMap::new(),
            aggregate: Some(AggregateConfig::default()),
            servers: vec![Server {
                environment: None,
                resource_servers: Vec::new(),
                access_ttl: None,
                name: name.clone(),
                title: behind.title(),
                upstream: behind.upstream().await?,
                speaking: Default::default(),
                allow: AllowList::default(),
                step_up: StepUp::default(),
                dpop: Policy::Accepted,
                exposure: Exposure::Public,
            }],
        };
        let ops = match serve::bind(arguments.ops_listen, "--ops-listen").await {
            Ok(ops) => Some(ops),
            Err(failure) => {
                tracing::warn!("no health and metrics: {failure}");
                None
            }
        };
        let house = House::build(&configuration, opened).await?;
        let link = house.setup_link().await?;
        let kept = greeting::kept(folder, &configuration.database);
        greeting::print(&configuration.public_url, &name, &kept, link.as_deref());
        let doorway = Doorway {
            signals,
            listener,
            certificates: None,
            ops,
            file: None,
            configuration,
        };
        serve::keep_open(house, doorway).await
    })
}

/// What stands behind the door.
enum Behind {
    Command(Vec<String>),
    Url(url::Url),
    Demo,
}

impl Behind {
    fn of(arguments: &UpArguments) -> Result<Self, Failure> {
        match (&arguments.url, arguments.command.first(), arguments.demo) {
            (Some(text), None, false) => config::endpoint(text).map(Self::Url).map_err(|cause| {
                Failure::usage(cause)
                    .fix("to put the door in front of a command, write it after --")
            }),
            (None, Some(program), false) => {
                program::find(program)?;
                Ok(Self::Command(arguments.command.clone()))
            }
            (None, None, true) => Ok(Self::Demo),
            _ => Err(Failure::usage("what should stand behind the door?")
                .fix("write a URL, --demo, or a command after --")),
        }
    }

    fn title(&self) -> Option<String> {
        match self {
            Self::Command(_) | Self::Url(_) => None,
            Self::Demo => Some("Demo notes".to_owned()),
        }
    }

    async fn upstream(self) -> Result<Upstream, Failure> {
        match self {
            Self::Command(command) => Ok(Upstream::Command {
                command,
                environment: Vec::new(),
                directory: None,
                process: ProcessConfig::default(),
                plan: Box::default(),
            }),
            Self::Url(url) => Ok(Upstream::Http {
                url,
                headers: Vec::new(),
            }),
            Self::Demo => Demo::start(&SystemEntropy).await?.upstream(),
        }
    }
}

fn name_of(arguments: &UpArguments, behind: &Behind) -> Result<ServerName, Failure> {
    if let Some(name) = &arguments.name {
        return ServerName::parse(name)
            .map_err(|error| Failure::usage(format!("--name `{name}`: {error}")));
    }
    let name = match behind {
        Behind::Command(command) => name::of_command(command),
        Behind::Url(url) => name::of_url(url),
        Behind::Demo => "demo".to_owned(),
    };
    ServerName::parse(&name)
        .map_err(|error| Failure::usage(error.to_string()).fix("choose one with --name"))
}

fn public_url(asked: Option<&str>, bound: std::net::SocketAddr) -> Result<PublicUrl, Failure> {
    match asked {
        Some(text) => {
            PublicUrl::parse(text).map_err(|cause| Failure::usage(format!("--public-url {cause}")))
        }
        None => PublicUrl::of_listener(bound).map_err(Failure::new),
    }
}
