package policy_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"berth/tools/enforcer/policy"
)

// generator makes clusters of few words, so that what it makes often meets.
type generator struct{ *rand.Rand }

func (g generator) pick(words ...string) string { return words[g.IntN(len(words))] }

func (g generator) labels() map[string]string {
	labels := map[string]string{}
	for range g.IntN(3) {
		labels[g.pick("k", "l")] = g.pick("v", "w")
	}
	return labels
}

func (g generator) selector() *metav1.LabelSelector {
	selector := &metav1.LabelSelector{}
	switch g.IntN(4) {
	case 0:
	case 1:
		selector.MatchLabels = g.labels()
	default:
		// Not NotIn: for Kubernetes it holds where the key is absent too, for the model it does not.
		operator := metav1.LabelSelectorOperator(g.pick("In", "Exists", "DoesNotExist"))
		expression := metav1.LabelSelectorRequirement{Key: g.pick("k", "l"), Operator: operator}
		if operator == metav1.LabelSelectorOpIn {
			expression.Values = []string{g.pick("v", "w"), "x"}[:1+g.IntN(2)]
		}
		selector.MatchExpressions = append(selector.MatchExpressions, expression)
	}
	return selector
}

func (g generator) outside(six bool) string {
	if six {
		return g.pick("2001:db8::1", "2001:db8:1::1", "2001:db9::1")
	}
	return g.pick("203.0.113.9", "203.0.113.200", "198.51.100.1")
}

func (g generator) block() *networkingv1.IPBlock {
	blocks := []networkingv1.IPBlock{
		{CIDR: "0.0.0.0/0"},
		{CIDR: "::/0"},
		{CIDR: "0.0.0.0/0", Except: []string{"203.0.113.0/24", "10.0.0.0/8"}},
		{CIDR: "::/0", Except: []string{"2001:db8::/32", "fd00::/8"}},
		{CIDR: "203.0.113.0/24", Except: []string{"203.0.113.128/25"}},
		{CIDR: "2001:db8::/31", Except: []string{"2001:db8:1::/48"}},
		{CIDR: "10.244.0.0/29"},
		{CIDR: "fd00:10:244::/125", Except: []string{"fd00:10:244::2/128"}},
	}
	return &blocks[g.IntN(len(blocks))]
}

func (g generator) peers() []networkingv1.NetworkPolicyPeer {
	var peers []networkingv1.NetworkPolicyPeer
	for range g.IntN(4) {
		var peer networkingv1.NetworkPolicyPeer
		switch g.IntN(4) {
		case 0:
			peer.IPBlock = g.block()
		case 1:
			peer.PodSelector = g.selector()
		case 2:
			peer.NamespaceSelector = g.selector()
		default:
			peer.PodSelector, peer.NamespaceSelector = g.selector(), g.selector()
		}
		peers = append(peers, peer)
	}
	return peers
}

func (g generator) ports() []networkingv1.NetworkPolicyPort {
	var ports []networkingv1.NetworkPolicyPort
	for range g.IntN(4) {
		var port networkingv1.NetworkPolicyPort
		if g.IntN(4) > 0 {
			protocol := corev1.Protocol(g.pick("TCP", "UDP", "SCTP"))
			port.Protocol = &protocol
		}
		number := intstr.FromInt32(int32(80 + g.IntN(5)))
		name := intstr.FromString(g.pick("http", "dns"))
		end := number.IntVal + int32(g.IntN(2))
		switch g.IntN(4) {
		case 0:
		case 1:
			port.Port = &name
		case 2:
			port.Port, port.EndPort = &number, &end
		default:
			port.Port = &number
		}
		ports = append(ports, port)
	}
	return ports
}

func (g generator) spec() networkingv1.NetworkPolicySpec {
	spec := networkingv1.NetworkPolicySpec{PodSelector: *g.selector()}
	types := []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress}
	first := g.IntN(2)
	spec.PolicyTypes = types[first : first+1+g.IntN(2-first)]
	for range g.IntN(3) {
		spec.Ingress = append(spec.Ingress, networkingv1.NetworkPolicyIngressRule{From: g.peers(), Ports: g.ports()})
	}
	for range g.IntN(3) {
		spec.Egress = append(spec.Egress, networkingv1.NetworkPolicyEgressRule{To: g.peers(), Ports: g.ports()})
	}
	return spec
}

func (g generator) state(t *testing.T) policy.State {
	var state policy.State
	for i := range 3 {
		namespace := namespaceOf(t, fmt.Sprintf("metadata: { name: ns%d }", i))
		namespace.Labels = g.labels()
		state.Namespaces = append(state.Namespaces, namespace)
		for range g.IntN(4) {
			object := &networkingv1.NetworkPolicy{Spec: g.spec()}
			object.Namespace = namespace.Name
			state.Policies = append(state.Policies, object)
		}
	}
	for i := range 9 {
		pod := podOf(t, fmt.Sprintf(`
metadata: { namespace: ns%d }
spec: { containers: [{ name: main, ports: [{ name: http, protocol: TCP, containerPort: %d }, { name: dns, protocol: UDP, containerPort: %d }] }] }
status: { podIPs: [{ ip: 10.244.0.%d }, { ip: "fd00:10:244::%d" }] }`, i%3, 80+g.IntN(5), 80+g.IntN(5), i+1, i+1))
		pod.Labels = g.labels()
		state.Pods = append(state.Pods, pod)
	}
	return state
}
