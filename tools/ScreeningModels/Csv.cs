using System.Text;

namespace RandomChat.ScreeningModels;

/// <summary>Reads RFC 4180 as the data sets are written: quoted fields may hold commas, line ends and doubled quotes.</summary>
internal static class Csv
{
    /// <summary>The rows after the header, each by column name.</summary>
    public static IEnumerable<IReadOnlyDictionary<string, string>> Read(TextReader reader)
    {
        string[]? header = null;
        foreach (var row in Rows(reader))
        {
            if (header is null)
            {
                header = [.. row];
            }
            else if (row.Count == header.Length)
            {
                yield return header.Zip(row).ToDictionary(pair => pair.First, pair => pair.Second);
            }
        }
    }

    private static IEnumerable<List<string>> Rows(TextReader reader)
    {
        var row = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (int next; (next = reader.Read()) >= 0;)
        {
            var one = (char)next;
            if (quoted && one == '"')
            {
                if (reader.Peek() == '"')
                {
                    reader.Read();
                    field.Append('"');
                }
                else
                {
                    quoted = false;
                }
            }
            else if (quoted)
            {
                field.Append(one);
            }
            else if (one == '"')
            {
                quoted = true;
            }
            else if (one is ',' or '\n')
            {
                row.Add(field.ToString());
                field.Clear();
                if (one == '\n')
                {
                    yield return row;
                    row = [];
                }
            }
            else if (one != '\r')
            {
                field.Append(one);
            }
        }

        if (row.Count > 0)
        {
            row.Add(field.ToString());
            yield return row;
        }
    }
}
