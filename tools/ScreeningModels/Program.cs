using RandomChat.ScreeningModels;

// report <data> [<file>]: measures the screening on the held-out rows and writes what docs/screening-report.md holds.
if (args is ["report", var data, .. var rest])
{
    var report = ScreeningReport.Make(Corpus.Read(data));
    if (rest is [var file])
    {
        File.WriteAllText(file, report);
    }
    else
    {
        Console.Write(report);
    }

    return 0;
}

Console.Error.WriteLine("report <folder of the data sets> [<file to write>]");
return 2;
