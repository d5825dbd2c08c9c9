package nft_test

import (
	"context"
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"

	"berth/tools/enforcer/nft"
	"berth/tools/enforcer/policy"
)

var environmentPolicies = []string{
	blueIsolated,
	`blue: { podSelector: {}, policyTypes: [Egress], egress: [{ to: [{ namespaceSelector: { matchLabels: { dns: "yes" } },
		podSelector: { matchLabels: { app: dns } } }], ports: [{ port: 53 }, { port: 53, protocol: UDP }] }] }`,
	"blue: { podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{ from: [{ podSelector: {} }] }], egress: [{ to: [{ podSelector: {} }] }] }",
	`blue: { podSelector: {}, policyTypes: [Egress], egress: [{ to: [{ ipBlock: { cidr: 0.0.0.0/0, except: [10.0.0.0/8, 172.16.0.0/12,
		192.168.0.0/16] } }], ports: [{ port: 443 }, { port: 80 }] }] }`,
	`blue: { podSelector: {}, policyTypes: [Egress], egress: [{ to: [{ ipBlock: { cidr: "::/0", except: ["fc00::/7"] } }], ports: [{ port: 443 }] }] }`,
}

// many is a hundred environments with two pods and five policies each.
func many() policy.State {
	var state policy.State
	for i := range 100 {
		namespace := &corev1.Namespace{}
		namespace.Name = fmt.Sprintf("dev-%d", i)
		state.Namespaces = append(state.Namespaces, namespace)
		for j := range 2 {
			pod := &corev1.Pod{}
			pod.Namespace, pod.Labels = namespace.Name, map[string]string{"app": "web"}
			number := 2*i + j + 1
			pod.Status.PodIPs = []corev1.PodIP{{IP: fmt.Sprintf("10.244.0.%d", number)}, {IP: fmt.Sprintf("fd00:10:244::%x", number)}}
			state.Pods = append(state.Pods, pod)
		}
		for _, text := range environmentPolicies {
			var specs map[string]networkingv1.NetworkPolicySpec
			if err := yaml.UnmarshalStrict([]byte(text), &specs); err != nil {
				panic(err)
			}
			object := &networkingv1.NetworkPolicy{Spec: specs["blue"]}
			object.Namespace = namespace.Name
			state.Policies = append(state.Policies, object)
		}
	}
	return state
}

func BenchmarkCompile(b *testing.B) {
	state := many()
	for b.Loop() {
		policy.Compile(state, cidrs)
	}
}

// BenchmarkFirst puts all of it in force at once; BenchmarkChange takes one policy away and brings it back.
func BenchmarkFirst(b *testing.B) {
	benchmark(b, func(table *nft.Table, state policy.State) {
		apply(b, table, policy.State{})
		apply(b, table, state)
	})
}

func BenchmarkChange(b *testing.B) {
	benchmark(b, func(table *nft.Table, state policy.State) {
		fewer := state
		fewer.Policies = state.Policies[1:]
		apply(b, table, fewer)
		apply(b, table, state)
	})
}

func benchmark(b *testing.B, do func(*nft.Table, policy.State)) {
	namespace := namespaceFor(b, "node")
	err := within(b, namespace, func() error {
		table, err := nft.Close(context.Background(), cidrs)
		if err != nil {
			return err
		}
		state := many()
		apply(b, table, state)
		for b.Loop() {
			do(table, state)
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

func apply(b *testing.B, table *nft.Table, state policy.State) {
	if _, err := table.Apply(context.Background(), policy.Compile(state, cidrs)); err != nil {
		b.Fatal(err)
	}
}
