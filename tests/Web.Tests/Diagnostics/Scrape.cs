using System.Text.RegularExpressions;

namespace RandomChat.Web.Tests.Diagnostics;

/// <summary>What <c>/metrics</c> said, in Prometheus' text format.</summary>
public sealed partial class Scrape
{
    private readonly Dictionary<string, string> types = [];
    private readonly Dictionary<string, HashSet<string>> labels = [];
    private readonly List<(string Name, Dictionary<string, string> Labels, double Value)> series = [];

    private Scrape(string text) => Text = text;

    public string Text { get; }

    /// <summary>Type and labels of every family, by its name.</summary>
    public IReadOnlyDictionary<string, (string Type, IReadOnlyCollection<string> Labels)> Families =>
        types.ToDictionary(type => type.Key, type => (type.Value, (IReadOnlyCollection<string>)labels.GetValueOrDefault(type.Key, [])));

    public static async Task<Scrape> Of(HttpClient http) => Read(await http.GetStringAsync("/metrics"));

    /// <summary>The sum over the series of a name that have these labels.</summary>
    public double Sum(string name, params (string Label, string Value)[] with) =>
        series.Where(one => one.Name == name && with.All(label => one.Labels.GetValueOrDefault(label.Label) == label.Value)).Sum(one => one.Value);

    private static Scrape Read(string text)
    {
        var read = new Scrape(text);
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var words = line.Split(' ');
                read.types[words[2]] = words[3];
            }
            else if (Line().Match(line) is { Success: true } found)
            {
                var name = found.Groups["name"].Value;
                var given = Label().Matches(found.Groups["labels"].Value).ToDictionary(label => label.Groups["key"].Value, label => label.Groups["value"].Value);
                read.series.Add((name, given, double.Parse(found.Groups["value"].Value, System.Globalization.CultureInfo.InvariantCulture)));
                var family = read.types.ContainsKey(name) ? name : Suffix().Replace(name, string.Empty);
                if (!read.labels.TryGetValue(family, out var known))
                {
                    read.labels[family] = known = [];
                }

                known.UnionWith(given.Keys.Where(key => key != "le"));
            }
        }

        return read;
    }

    [GeneratedRegex(@"^(?<name>[a-z_0-9]+)(\{(?<labels>.*)\})? (?<value>\S+)( \d+)?\r?$")]
    private static partial Regex Line();

    [GeneratedRegex("""(?<key>[a-z_]+)="(?<value>[^"]*)"[,}]?""")]
    private static partial Regex Label();

    [GeneratedRegex("_(bucket|sum|count|total)$")]
    private static partial Regex Suffix();
}
