using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.Serialization;

namespace RandomChat.Architecture.Tests.Deployment;

/// <summary>
/// What an engine for containers would find out late: that the files of deployment are what their programs take, and that
/// what one of them says is so in the others, in the settings and in the repository.
/// </summary>
public sealed partial class DeploymentTests
{
    private static readonly string Deploy = Path.Combine(Repository.Root, "deploy");
    private static readonly string[] Kustomizations = ["deploy", "deploy/engines"];

    [Fact]
    public Task The_Dockerfile_has_no_mistake_that_a_linter_finds() => Checks.Hold("dockerfile", Path.Combine(Deploy, "Dockerfile"));

    [Fact]
    public Task The_compose_file_is_one_by_its_schema() => Checks.Hold("compose", Path.Combine(Repository.Root, "compose.yaml"));

    [Theory]
    [InlineData("ci.yml")]
    [InlineData("publish.yml")]
    public Task The_workflows_are_what_GitHub_takes(string file) => Checks.Hold("workflow", Path.Combine(Repository.Root, ".github", "workflows", file));

    /// <summary>Rendered by kustomize itself, so that what it is told fits too; then by the schemas of Kubernetes, where a field that there is not is a mistake.</summary>
    [Theory]
    [InlineData("deploy")]
    [InlineData("deploy/engines")]
    public async Task The_manifests_are_what_Kubernetes_takes(string folder)
    {
        var rendered = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(rendered, await Checks.Kustomize(Path.Combine(Repository.Root, folder)));
            await Checks.Hold("manifests", rendered);
        }
        finally
        {
            File.Delete(rendered);
        }
    }

    [Fact]
    public async Task Compose_itself_takes_its_file()
    {
        // A part of docker, or, older, a program of its own.
        var (program, first) = await Checks.Has("docker", "compose", "version") ? ("docker", "compose") : ("docker-compose", "--no-ansi");

        var (code, output) = await Checks.Run(program, [first, "-f", "compose.yaml", "config", "--quiet"], ("TURN_HOST", "turn.example.com"));

        Assert.True(code == 0, output);
    }

    /// <summary>A digest where it is known; else a version that names one release. "latest", or a version that moves, would be another program tomorrow.</summary>
    [Fact]
    public void Every_image_is_one_release_and_the_same_one_everywhere()
    {
        var images = Files().SelectMany(file => Image().Matches(File.ReadAllText(file)).Select(match => match.Groups["image"].Value))
            .Where(image => image is not ("randomchat" or "randomchat:local" or "ubuntu-24.04")).ToArray();

        Assert.True(images.Length >= 12, string.Join('\n', images));
        Assert.All(images, image => Assert.Matches(@"^([a-z0-9./_-]+:v?\d+\.\d+\.\d+|postgres:\d+\.\d+)[A-Za-z0-9.-]*(@sha256:[0-9a-f]{64})?$", image));
        Assert.All(images.GroupBy(image => image.Split(':')[0]), same => Assert.Single(same.Distinct()));

        // The tests' own container is the one that is run with.
        Assert.Contains(images, image => File.ReadAllText(Path.Combine(Repository.Root, "tests", "Engines", "EventStoreServer.cs")).Contains($"\"{image.Split('@')[0]}\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_action_is_a_commit_with_its_version_and_no_job_may_more_than_it_says()
    {
        foreach (var file in Workflows())
        {
            var text = File.ReadAllText(file);
            Assert.All(Action().Matches(text), action => Assert.Matches(@"^[a-z0-9./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", action.Groups["action"].Value));
            Assert.Matches("(?m)^permissions: {}$", text);
            Assert.DoesNotContain("pull_request_target", text, StringComparison.Ordinal);
            var jobs = Map(Map(Yaml(file))["jobs"]);
            Assert.All(jobs, job => Assert.True(Map(job.Value).ContainsKey("permissions"), $"{file}: {job.Key} has no permissions of its own."));
            var granted = jobs.SelectMany(job => Map(Map(job.Value)["permissions"])).Select(permission => $"{permission.Key}: {permission.Value}").Distinct();
            Assert.Equal(Path.GetFileName(file) == "publish.yml" ? ["contents: read", "packages: write"] : ["contents: read"], granted);
        }
    }

    [Fact]
    public void Every_setting_that_is_set_is_one()
    {
        var known = Settings();
        var named = new[] { Path.Combine(Repository.Root, "compose.yaml"), Path.Combine(Deploy, "kustomization.yaml"), Path.Combine(Deploy, "Dockerfile"), Path.Combine(Deploy, "secrets.sh") }
            .SelectMany(file => SettingName().Matches(File.ReadAllText(file)).Select(match => match.Value.Replace("__", ":", StringComparison.Ordinal)))
            .Distinct().ToArray();

        Assert.Contains("Turn:Secret", named);
        Assert.Contains("RandomChat:DataDirectory", named);
        Assert.Empty(named.Except(known));
    }

    [Fact]
    public void Every_mount_of_compose_is_a_file_here_and_every_secret_is_one_that_the_script_makes()
    {
        var compose = Map(Yaml(Path.Combine(Repository.Root, "compose.yaml")));
        var made = Kept().Matches(File.ReadAllText(Path.Combine(Deploy, "secrets.sh"))).Select(match => match.Groups["name"].Value).ToHashSet();
        var secrets = Map(compose["secrets"]).ToDictionary(secret => secret.Key, secret => (string)Map(secret.Value)["file"]);
        Assert.All(secrets.Values, file => Assert.Contains(Path.GetFileName(file), made));
        Assert.All(secrets.Values, file => Assert.StartsWith("deploy/secrets/", file, StringComparison.Ordinal));

        var volumes = Map(compose["volumes"]).Keys;
        var used = new HashSet<string>();
        foreach (var service in Map(compose["services"]).Values.Select(Map))
        {
            foreach (var mount in List(service, "volumes").Cast<string>())
            {
                var source = mount.Split(':')[0];
                Assert.True(
                    source.StartsWith("./", StringComparison.Ordinal) ? Path.Exists(Path.Combine(Repository.Root, source)) : volumes.Contains(source),
                    $"{mount}: there is no {source}.");
            }

            used.UnionWith(List(service, "secrets").Select(secret => secret as string ?? (string)Map(secret)["source"]));
        }

        Assert.Equal(secrets.Keys.Order(StringComparer.Ordinal), used.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Ports_names_and_patience_agree()
    {
        var dockerfile = File.ReadAllText(Path.Combine(Deploy, "Dockerfile"));
        var port = Regex.Match(dockerfile, @"ASPNETCORE_HTTP_PORTS=(\d+)").Groups[1].Value;
        var store = Regex.Match(dockerfile, @"RandomChat__DataDirectory=(\S+)/data").Groups[1].Value;
        var user = Regex.Match(dockerfile, @"^USER (\d+):\1$", RegexOptions.Multiline).Groups[1].Value;
        var web = Map(Map(Map(Yaml(Path.Combine(Repository.Root, "compose.yaml")))["services"])["web"]);
        var environment = Map(web["environment"]);

        Assert.Contains($"EXPOSE {port}\n", dockerfile, StringComparison.Ordinal);
        Assert.EndsWith($":{port}", (string)List(web, "ports").Single(), StringComparison.Ordinal);
        Assert.EndsWith($":{store}", (string)List(web, "volumes").Single(), StringComparison.Ordinal);
        Assert.Contains($"\"web:{port}\"", File.ReadAllText(Path.Combine(Deploy, "prometheus", "prometheus.yml")), StringComparison.Ordinal);

        // The proxy and Prometheus come from where they are let in from.
        var networks = Map(Map(Yaml(Path.Combine(Repository.Root, "compose.yaml")))["networks"]);
        Assert.Equal(Ipam(networks["front"])["gateway"], environment["ForwardedHeaders__KnownProxies"]);
        Assert.Equal(Ipam(networks["back"])["subnet"], environment["Metrics__Networks"]);
        Assert.Equal("true", Map(networks["back"])["internal"]);

        var set = Documents(Path.Combine(Deploy, "kubernetes", "web.yaml")).First();
        var pod = Map(Map(Map(set["spec"])["template"])["spec"]);
        var container = Map(List(pod, "containers").Single());
        Assert.Equal(port, Map(List(container, "ports").Single())["containerPort"]);
        Assert.Equal(store, Map(List(container, "volumeMounts").First())["mountPath"]);
        Assert.Equal(user, Map(pod["securityContext"])["runAsUser"]);
        Assert.Equal("true", Map(pod["securityContext"])["runAsNonRoot"]);
        Assert.Equal(("true", "false"), ((string)Map(container["securityContext"])["readOnlyRootFilesystem"], (string)Map(container["securityContext"])["allowPrivilegeEscalation"]));
        Assert.Equal("/health/live", Map(Map(container["livenessProbe"])["httpGet"])["path"]);
        Assert.Equal("/health/ready", Map(Map(container["readinessProbe"])["httpGet"])["path"]);

        // Until nobody is sent here any more, and then long enough for a stop.
        var sleeps = int.Parse((string)Map(Map(Map(container["lifecycle"])["preStop"])["sleep"])["seconds"], System.Globalization.CultureInfo.InvariantCulture);
        var given = int.Parse((string)pod["terminationGracePeriodSeconds"], System.Globalization.CultureInfo.InvariantCulture);
        var (period, failures) = (Number(Map(container["readinessProbe"]), "periodSeconds"), Number(Map(container["readinessProbe"]), "failureThreshold"));
        Assert.True(sleeps >= period * failures, "The pod stops before its readiness was seen to end.");
        Assert.True(given >= sleeps + 30, "A stop may be cut short.");

        // The autoscaler, the adapter's rule and the gauge have one name.
        var metric = Regex.Match(File.ReadAllText(Path.Combine(Deploy, "kubernetes", "scaling.yaml")), @"metric: \{ name: (\w+) \}").Groups[1].Value;
        Assert.Contains($"as: {metric} ", File.ReadAllText(Path.Combine(Deploy, "prometheus", "adapter.yaml")), StringComparison.Ordinal);
    }

    /// <summary>Every Service finds its pods, and every secret is one that the runbook has somebody make.</summary>
    [Fact]
    public void What_the_manifests_name_is_there()
    {
        var documents = Kustomizations.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder, folder == "deploy" ? "kubernetes" : "."), "*.yaml"))
            .Where(file => Path.GetFileName(file) != "kustomization.yaml").SelectMany(Documents).ToArray();
        var templates = documents.Where(document => document.TryGetValue("spec", out var spec) && Map(spec).ContainsKey("template"))
            .Select(document => Map(Map(document["spec"])["template"])).ToArray();
        var labels = templates.Select(template => Map(Map(template["metadata"])["labels"])).ToArray();
        var pods = templates.Select(template => Map(template["spec"])).ToArray();
        var runbook = File.ReadAllText(Path.Combine(Repository.Root, "docs", "runbook.md"));

        Assert.Equal(5, pods.Length);
        Assert.All(documents.Where(document => (string)document["kind"] == "Service"), service =>
            Assert.Contains(labels, label => Map(Map(service["spec"])["selector"]).All(wanted => label.TryGetValue(wanted.Key, out var value) && Equals(value, wanted.Value))));
        Assert.All(pods.SelectMany(pod => List(pod, "volumes").Select(Map)).Where(volume => volume.ContainsKey("secret")), volume =>
            Assert.Contains($"create secret generic {Map(volume["secret"])["secretName"]} ", runbook, StringComparison.Ordinal));
        Assert.All(pods, pod => Assert.Equal("false", pod["automountServiceAccountToken"]));
    }

    /// <summary>The statements of the runbook's chapter, which a test runs, are those of the script for containers.</summary>
    [Fact]
    public void Postgres_is_set_up_as_the_runbook_says()
    {
        var runbook = Regex.Match(File.ReadAllText(Path.Combine(Repository.Root, "docs", "runbook.md")), "```sql\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        var script = File.ReadAllText(Path.Combine(Deploy, "engines", "postgres.sql"));

        Assert.Equal(
            Statements(runbook).Select(statement => statement.Replace("'choose-one'", ":'password'", StringComparison.Ordinal)),
            Statements(script).Where(statement => !statement.StartsWith(@"\set ", StringComparison.Ordinal)));

        static IEnumerable<string> Statements(string sql) => sql.Split('\n').Select(line => Regex.Replace(line, "(^| +)-- .*$", "").Trim()).Where(line => line.Length > 0);
    }

    private static IEnumerable<string> Workflows() => Directory.EnumerateFiles(Path.Combine(Repository.Root, ".github", "workflows"));

    private static IEnumerable<string> Files() =>
    [
        Path.Combine(Deploy, "Dockerfile"),
        Path.Combine(Repository.Root, "compose.yaml"),
        .. Directory.EnumerateFiles(Path.Combine(Deploy, "kubernetes")),
        .. Directory.EnumerateFiles(Path.Combine(Deploy, "engines"), "*.yaml"),
        .. Workflows(),
    ];

    /// <summary>Those of the settings file and those of the README's table.</summary>
    private static HashSet<string> Settings()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "src", "randomchat.json")));
        return
        [
            .. Leaves(file.RootElement, ""),
            .. TableRow().Matches(File.ReadAllText(Path.Combine(Repository.Root, "README.md"))).Select(row => row.Groups["key"].Value),
        ];

        static IEnumerable<string> Leaves(JsonElement element, string path) => element.ValueKind == JsonValueKind.Object
            ? element.EnumerateObject().SelectMany(property => Leaves(property.Value, path.Length == 0 ? property.Name : $"{path}:{property.Name}"))
            : [path];
    }

    private static object Yaml(string file) => new DeserializerBuilder().Build().Deserialize<object>(new YamlDotNet.Core.MergingParser(new YamlDotNet.Core.Parser(new StringReader(File.ReadAllText(file)))))!;

    private static IEnumerable<Dictionary<string, object>> Documents(string file) =>
        File.ReadAllText(file).Split("\n---\n").Select(document => Map(new DeserializerBuilder().Build().Deserialize<object>(document)!));

    private static Dictionary<string, object> Map(object value) => ((Dictionary<object, object>)value).ToDictionary(pair => (string)pair.Key, pair => pair.Value);

    private static List<object> List(Dictionary<string, object> map, string key) => map.TryGetValue(key, out var list) ? (List<object>)list : [];

    private static Dictionary<string, object> Ipam(object network) => Map(List(Map(Map(network)["ipam"]), "config").Single());

    private static int Number(Dictionary<string, object> map, string key) => int.Parse((string)map[key], System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\s*(- )?(FROM|image:|- image:) +(?<image>[^\s{$]+)|(docker run --rm -i (?<image>\S+))", RegexOptions.Multiline)]
    private static partial Regex Image();

    [GeneratedRegex(@"uses: (?<action>.+)$", RegexOptions.Multiline)]
    private static partial Regex Action();

    [GeneratedRegex(@"\b(?!GF_)[A-Z][A-Za-z]+(__[A-Z][A-Za-z]+)+\b")]
    private static partial Regex SettingName();

    [GeneratedRegex(@"\| keep (?<name>\S+)")]
    private static partial Regex Kept();

    [GeneratedRegex(@"^\| `(?<key>[A-Za-z:]+)` \|", RegexOptions.Multiline)]
    private static partial Regex TableRow();
}
