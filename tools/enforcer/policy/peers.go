package policy

import (
	"encoding/json"
	"net/netip"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// peersOf reads the peers of a rule; no list of them means everyone. What cannot be read lets nobody pass.
func (c *compiler) peersOf(namespace string, peers []networkingv1.NetworkPolicyPeer) []Peer {
	if len(peers) == 0 {
		return []Peer{{}}
	}
	var read []Peer
	for _, peer := range peers {
		switch {
		case peer.IPBlock != nil:
			if block, ok := blockOf(*peer.IPBlock); ok {
				read = append(read, block)
			}
		case peer.PodSelector != nil || peer.NamespaceSelector != nil:
			read = append(read, Peer{Set: c.peerSet(namespace, peer)})
		}
	}
	return read
}

func blockOf(block networkingv1.IPBlock) (Peer, bool) {
	prefix, err := netip.ParsePrefix(block.CIDR)
	if err != nil {
		return Peer{}, false
	}
	peer := Peer{Block: prefix.Masked()}
	for _, text := range block.Except {
		except, err := netip.ParsePrefix(text)
		if err != nil {
			return Peer{}, false
		}
		if except.Addr().Is4() == prefix.Addr().Is4() {
			peer.Except = append(peer.Except, except.Masked())
		}
	}
	return peer, true
}

// peerSet names the set of the pods that a peer selects. Both selectors select together; one that is absent selects
// all pods, or the policy's own namespace.
func (c *compiler) peerSet(namespace string, peer networkingv1.NetworkPolicyPeer) string {
	if peer.NamespaceSelector != nil {
		namespace = ""
	}
	selectors, _ := json.Marshal(peer)
	name := nameAfter("peers", namespace, string(selectors))
	if _, exists := c.rules.Peers[name]; exists {
		return name
	}
	pods := labels.Everything()
	if peer.PodSelector != nil {
		pods = selectorOf(peer.PodSelector)
	}
	namespaces := selectorOf(peer.NamespaceSelector)
	addresses := []netip.Addr{}
	for _, pod := range c.pods {
		near := pod.namespace == namespace
		if peer.NamespaceSelector != nil {
			near = namespaces.Matches(c.namespaces[pod.namespace])
		}
		if near && pods.Matches(pod.labels) {
			addresses = append(addresses, pod.addresses...)
		}
	}
	c.rules.Peers[name] = addresses
	return name
}

// selectorOf reads a selector; one that cannot be read, or is absent, selects nothing.
func selectorOf(selector *metav1.LabelSelector) labels.Selector {
	read, err := metav1.LabelSelectorAsSelector(selector)
	if err != nil {
		return labels.Nothing()
	}
	return read
}
