//! The words of networks and their cables.

use crate::event::SeenNetwork;

/// What a network is called: by the file that keeps it.
pub fn network_name(network: &SeenNetwork) -> String {
    match &network.file {
        Some(file) => format!("network {file}"),
        None => "network of the shell".to_string(),
    }
}

/// All networks, a sentence each.
pub fn network_sentences(networks: &[SeenNetwork]) -> Vec<String> {
    let sentence = |network: &SeenNetwork| {
        let interfaces: Vec<String> = network
            .interfaces
            .iter()
            .map(|one| {
                let mut said = format!("{} is {}", one.name, one.state);
                if let Some(bridge) = &one.bridge {
                    said += &format!(", a port of the bridge {bridge}");
                }
                if let Some(far) = one.cable.as_ref().and_then(|cable| Some((networks.get(cable.network)?, cable))) {
                    said += &format!(", and a cable leads from it to {} in {}", far.1.interface, network_name(far.0));
                }
                said
            })
            .collect();
        let here = if network.here { ", in which the shell is" } else { "" };
        format!("In the {}{here}: {}.", network_name(network), interfaces.join("; "))
    };
    networks.iter().map(sentence).collect()
}
