using System.CommandLine;
using Microsoft.Extensions.Configuration;
using RandomChat.Infrastructure.Settings;
using RandomChat.Projections.Commands;

IConfigurationRoot settings;
try
{
    settings = RandomChatSettings.Read(args);
}
catch (SettingsException wrong)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return ExitCodes.Usage;
}

var root = new RootCommand("Operate, replay and export the history of RandomChat.")
{
    StatusCommand.Create(settings),
    RebuildCommand.Create(settings),
    ReplayCommand.Create(settings),
    VerifyCommand.Create(settings),
    AuditCommand.Create(settings),
    InspectCommand.Create(settings),
    ExportCommand.Create(settings),
    WhatIfCommand.Create(settings),
    ScreenCommand.Create(settings),
    BackupCommand.Create(settings),
    RestoreCommand.Create(settings),
    BackupKeyCommand.Create(),
    KeysCommand.Create(settings),
    CopyLogCommand.Create(settings),
};
return await root.Parse([.. args.Where(argument => !RandomChatSettings.IsSetting(argument))]).InvokeWithCodes();
