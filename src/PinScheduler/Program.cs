return await PinScheduler.Scheduler.RunAsync(args);
