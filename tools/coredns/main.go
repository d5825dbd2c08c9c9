// CoreDNS with the few plugins that the local node's configuration names (tools/node/dns.yaml). All of them together
// bring the clients of three clouds along, which take minutes to build.
package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/loadbalance"
	_ "github.com/coredns/coredns/plugin/ready"
	_ "github.com/coredns/coredns/plugin/template"
)

func main() {
	// In the order in which a query passes through them, which is the one of CoreDNS's own plugin.cfg.
	dnsserver.Directives = []string{"ready", "errors", "loadbalance", "template", "kubernetes"}
	coremain.Run()
}
