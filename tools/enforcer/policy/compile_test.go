package policy_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"berth/tools/enforcer/policy"
)

// everyone has two namespaces, `blue` with two pods and `green` with two of the same labels.
func everyone(t *testing.T) policy.State {
	var state policy.State
	for i, namespace := range []string{"blue", "green"} {
		state.Namespaces = append(state.Namespaces, namespaceOf(t, fmt.Sprintf("metadata: { name: %[1]s, labels: { team: %[1]s } }", namespace)))
		for j, name := range []string{"web", "db"} {
			number := 1 + 2*i + j
			state.Pods = append(state.Pods, podOf(t, fmt.Sprintf(`
metadata: { name: %[1]s, namespace: %[2]s, labels: { app: %[1]s } }
spec:
  initContainers: [{ name: side, restartPolicy: Always, ports: [{ name: side, containerPort: 9090 }] }]
  containers: [{ name: main, ports: [{ name: http, containerPort: %[4]d }, { name: http-udp, protocol: UDP, containerPort: 8080 }] }]
status: { podIP: 10.244.0.%[3]d, podIPs: [{ ip: 10.244.0.%[3]d }, { ip: "fd00:10:244::%[3]d" }] }`, name, namespace, number, 8080+number)))
		}
	}
	return state
}

var names = map[string]string{"blue/web": "1", "blue/db": "2", "green/web": "3", "green/db": "4", "nobody": "77"}

// addressesOf is the address of each family of a pod, or what a row says itself.
func addressesOf(name string) []netip.Addr {
	if number, isPod := names[name]; isPod {
		return []netip.Addr{netip.MustParseAddr("10.244.0." + number), netip.MustParseAddr("fd00:10:244::" + number)}
	}
	return []netip.Addr{netip.MustParseAddr(name)}
}

// check reads rows such as `blue/web > green/db tcp 80 open`, and asks for each family that both ends have.
func check(t *testing.T, rules policy.Rules, rows ...string) {
	t.Helper()
	for _, row := range rows {
		var from, to, protocol, verdict string
		var port uint16
		if _, err := fmt.Sscanf(row, "%s > %s %s %d %s", &from, &to, &protocol, &port, &verdict); err != nil {
			t.Fatalf("%s: %v", row, err)
		}
		asked := 0
		for _, source := range addressesOf(from) {
			for _, destination := range addressesOf(to) {
				if source.Is4() != destination.Is4() {
					continue
				}
				asked++
				if open := passes(rules, connection{source, destination, protocol, port}); open != (verdict == "open") {
					t.Errorf("%s: %v to %v is not %s", row, source, destination, verdict)
				}
			}
		}
		if asked == 0 {
			t.Fatalf("%s: nothing was asked", row)
		}
	}
}

const everythingIsolated = "{ podSelector: {}, policyTypes: [Ingress, Egress] }"

func TestPoliciesMean(t *testing.T) {
	for _, test := range []struct {
		name     string
		policies []string
		rows     []string
	}{
		{"without a policy all pods reach each other and the world, and nobody reaches an unknown address", nil, []string{
			"blue/web > green/db tcp 80 open", "blue/web > 203.0.113.9 tcp 80 open", "203.0.113.9 > blue/web sctp 80 open",
			"blue/web > nobody tcp 80 closed", "nobody > blue/web tcp 80 closed", "nobody > 203.0.113.9 tcp 80 closed",
		}},
		{"one without rules isolates both ways, but only its namespace, and a pod from itself never", []string{everythingIsolated}, []string{
			"blue/web > blue/db tcp 80 closed", "blue/web > green/web tcp 80 closed", "green/web > blue/web tcp 80 closed",
			"blue/web > 203.0.113.9 udp 53 closed", "blue/web > blue/web tcp 80 open", "green/web > green/db tcp 80 open",
		}},
		{"without types it isolates ingress, and egress where it has rules for it", []string{
			"{ podSelector: { matchLabels: { app: web } } }",
			"{ podSelector: { matchLabels: { app: db } }, egress: [{ ports: [{ port: 80 }] }] }",
		}, []string{
			"green/web > blue/web tcp 80 closed", "blue/web > green/web tcp 80 open",
			"green/web > blue/db tcp 80 closed", "blue/db > green/web tcp 80 open", "blue/db > green/web tcp 81 closed",
		}},
		{"an empty rule allows everything, no rule nothing", []string{"{ podSelector: {}, ingress: [{}], policyTypes: [Ingress, Egress] }"}, []string{
			"green/web > blue/web udp 9 open", "203.0.113.9 > blue/web tcp 9 open", "blue/web > green/web tcp 9 closed",
		}},
		{"policies add up", []string{
			everythingIsolated,
			"{ podSelector: {}, policyTypes: [Egress], egress: [{ ports: [{ port: 80 }] }] }",
			"{ podSelector: {}, policyTypes: [Egress], egress: [{ ports: [{ port: 81 }] }] }",
		}, []string{"blue/web > green/web tcp 80 open", "blue/web > green/web tcp 81 open", "blue/web > green/web tcp 82 closed"}},
		{"both ends must allow", []string{"{ podSelector: {}, policyTypes: [Ingress, Egress], egress: [{}] }"}, []string{
			"blue/web > green/web tcp 80 open", "blue/web > blue/db tcp 80 closed",
		}},
		{"two selectors in one peer select together", []string{`{ podSelector: {}, ingress: [{ from: [
			{ namespaceSelector: { matchLabels: { team: green } }, podSelector: { matchLabels: { app: db } } }] }] }`}, []string{
			"green/db > blue/web tcp 80 open", "green/web > blue/web tcp 80 closed", "blue/db > blue/web tcp 80 closed",
		}},
		{"two peers select one or the other, and pods alone those of the own namespace", []string{`{ podSelector: {}, ingress: [{ from: [
			{ namespaceSelector: { matchLabels: { team: green } } }, { podSelector: { matchLabels: { app: db } } }] }] }`}, []string{
			"green/db > blue/web tcp 80 open", "green/web > blue/web tcp 80 open", "blue/db > blue/web tcp 80 open",
			"203.0.113.9 > blue/web tcp 80 closed",
		}},
		{"an empty namespace selector selects all pods, an empty pod selector the own ones, none of both an address outside", []string{
			"{ podSelector: { matchLabels: { app: web } }, ingress: [{ from: [{ namespaceSelector: {} }] }] }",
			"{ podSelector: { matchLabels: { app: db } }, ingress: [{ from: [{ podSelector: {} }] }] }",
		}, []string{
			"green/db > blue/web tcp 80 open", "203.0.113.9 > blue/web tcp 80 closed",
			"blue/web > blue/db tcp 80 open", "green/web > blue/db tcp 80 closed",
		}},
		{"expressions select", []string{`{ podSelector: { matchExpressions: [{ key: app, operator: NotIn, values: [db] },
			{ key: absent, operator: NotIn, values: [db] }, { key: absent, operator: DoesNotExist }] }, ingress: [{ from: [
			{ namespaceSelector: { matchExpressions: [{ key: team, operator: Exists }, { key: team, operator: In, values: [green] }] } }] }] }`}, []string{
			"green/web > blue/web tcp 80 open", "blue/db > blue/web tcp 80 closed", "203.0.113.9 > blue/db tcp 80 open",
		}},
		{"a block is its addresses without the excepted ones, pods among them", []string{`{ podSelector: {}, policyTypes: [Egress], egress: [{ to: [
			{ ipBlock: { cidr: 203.0.113.0/24, except: [203.0.113.128/25] } }, { ipBlock: { cidr: "2001:db8::/32", except: ["2001:db8:1::/48"] } },
			{ ipBlock: { cidr: 10.244.0.3/32 } }, { ipBlock: { cidr: "fd00:10:244::3/128" } }] }] }`}, []string{
			"blue/web > 203.0.113.9 tcp 80 open", "blue/web > 203.0.113.200 tcp 80 closed", "blue/web > 198.51.100.1 tcp 80 closed",
			"blue/web > 2001:db8::1 udp 80 open", "blue/web > 2001:db8:1::1 udp 80 closed", "blue/web > 2001:db9::1 udp 80 closed",
			"blue/web > green/web tcp 80 open", "blue/web > green/db tcp 80 closed",
		}},
		{"a range of ports is of one protocol, which is TCP unless said", []string{`{ podSelector: {}, ingress: [{ ports: [
			{ port: 80, endPort: 82 }, { port: 53, protocol: UDP }, { protocol: SCTP }] }] }`}, []string{
			"green/db > blue/web tcp 79 closed", "green/db > blue/web tcp 80 open", "green/db > blue/web tcp 82 open",
			"green/db > blue/web tcp 83 closed", "green/db > blue/web udp 80 closed", "green/db > blue/web udp 53 open",
			"green/db > blue/web tcp 53 closed", "green/db > blue/web sctp 1 open", "green/db > blue/web icmp 0 closed",
		}},
		{"a named port is what each pod that is reached calls so", []string{
			"{ podSelector: {}, ingress: [{ ports: [{ port: http }, { port: side }] }], policyTypes: [Ingress, Egress], egress: [{ ports: [{ port: http }] }] }",
		}, []string{
			"green/db > blue/web tcp 8081 open", "green/db > blue/web tcp 8082 closed", "green/db > blue/db tcp 8082 open",
			"green/db > blue/web tcp 9090 open", "green/db > blue/web udp 8081 closed",
			"blue/web > green/web tcp 8083 open", "blue/web > green/web tcp 8084 closed", "blue/web > 203.0.113.9 tcp 8083 closed",
		}},
		{"what cannot be read allows nothing", []string{`{ podSelector: {}, ingress: [{ from: [
			{ ipBlock: { cidr: nonsense } }, { ipBlock: { cidr: 0.0.0.0/0, except: [nonsense] } }, {},
			{ podSelector: { matchExpressions: [{ key: app, operator: Nonsense }] } }] }] }`}, []string{
			"green/web > blue/web tcp 80 closed", "203.0.113.9 > blue/web tcp 80 closed", "blue/db > blue/web tcp 80 closed",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			state := everyone(t)
			for _, spec := range test.policies {
				state.Policies = append(state.Policies, policyOf(t, "blue", spec))
			}
			check(t, policy.Compile(state, cidrs), test.rows...)
		})
	}
}

func TestAnAddressIsClosedUntilItIsSurelyAPods(t *testing.T) {
	for name, change := range map[string]string{
		"the pod is on the node's network": "metadata: { namespace: blue }\nspec: { hostNetwork: true }\nstatus: { podIP: 10.244.0.9 }",
		"the pod has succeeded":            "metadata: { namespace: blue }\nstatus: { podIP: 10.244.0.9, phase: Succeeded }",
		"the pod has failed":               "metadata: { namespace: blue }\nstatus: { podIP: 10.244.0.9, phase: Failed }",
		"its namespace is not known yet":   "metadata: { namespace: later }\nstatus: { podIP: 10.244.0.9 }",
		"another pod claims the same":      "metadata: { namespace: blue }\nstatus: { podIP: 10.244.0.1 }",
		"it lies outside of the pods' own": "metadata: { namespace: blue }\nstatus: { podIP: 203.0.113.9 }",
	} {
		t.Run(name, func(t *testing.T) {
			state := everyone(t)
			state.Pods = append(state.Pods, podOf(t, change))
			address := netip.MustParseAddr(state.Pods[4].Status.PodIP)
			if _, known := policy.Compile(state, cidrs).Pods[address]; known {
				t.Errorf("%v is taken for a pod's", address)
			}
		})
	}
	state := everyone(t)
	if known := len(policy.Compile(state, cidrs).Pods); known != 8 {
		t.Errorf("%d addresses are known of 4 pods with 2 each", known)
	}
}

func TestPodsOfTheSameRulesShareAChainAndTheOrderOfObjectsDoesNotMatter(t *testing.T) {
	state := everyone(t)
	for _, namespace := range []string{"blue", "green"} {
		state.Policies = append(state.Policies, policyOf(t, namespace, everythingIsolated),
			policyOf(t, namespace, "{ podSelector: {}, policyTypes: [Egress], egress: [{ ports: [{ port: 80 }, { port: 81 }] }] }"))
	}
	rules := policy.Compile(state, cidrs)
	if len(rules.Chains) != 2 {
		t.Errorf("%d chains for two directions", len(rules.Chains))
	}
	for i, j := 0, len(state.Policies)-1; i < j; i, j = i+1, j-1 {
		state.Policies[i], state.Policies[j] = state.Policies[j], state.Policies[i]
	}
	if again := policy.Compile(state, cidrs); fmt.Sprint(again.Chains) != fmt.Sprint(rules.Chains) || !strings.HasPrefix(rules.Pods[cidrs[0].Addr().Next()].Egress, "egress_") {
		t.Errorf("the chains are %v, then %v", rules.Chains, again.Chains)
	}
}
