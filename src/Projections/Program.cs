using System.CommandLine;
using RandomChat.Infrastructure.Settings;
using RandomChat.Projections;

var settings = RandomChatSettings.Read(args);
var root = new RootCommand("Operate, replay and export the history of RandomChat.") { InspectCommand.Create(settings) };
return await root.Parse([.. args.Where(argument => !RandomChatSettings.IsSetting(argument))]).InvokeWithCodes();
