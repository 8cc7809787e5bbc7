# cfimg for Nix: `nix run . -- demo`, `nix profile install .`
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      # The name, version and description are those of Cargo.toml.
      facts = (lib.importTOML ./Cargo.toml).package;
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "aarch64-darwin"
      ];
      package =
        pkgs:
        pkgs.rustPlatform.buildRustPackage {
          pname = facts.name;
          inherit (facts) version;
          src = self;
          cargoLock.lockFile = ./Cargo.lock;
          # The build has no git checkout.
          env.CFIMG_COMMIT = self.shortRev or self.dirtyShortRev or "";
          nativeBuildInputs = [ pkgs.installShellFiles ];
          # The other tests need a terminal, and tools outside of the build.
          cargoTestFlags = [ "--lib" ];
          postInstall = ''
            bash packaging/assets $out/bin/${facts.name} generated
            installManPage generated/man/*.1
            installShellCompletion --cmd ${facts.name} \
              --bash generated/completions/${facts.name}.bash \
              --zsh generated/completions/_${facts.name} \
              --fish generated/completions/${facts.name}.fish
            install -Dm644 -t $out/share/doc/${facts.name} LICENSE-MIT LICENSE-APACHE packaging/THIRD-PARTY-LICENSES.txt
          '';
          meta = {
            inherit (facts) description;
            license = with lib.licenses; [
              mit
              asl20
            ];
            mainProgram = facts.name;
            platforms = systems;
          };
        };
    in
    {
      packages = lib.genAttrs systems (system: {
        default = package nixpkgs.legacyPackages.${system};
      });
    };
}
