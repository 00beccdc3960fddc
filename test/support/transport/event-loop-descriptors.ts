/** What event loops are made of: those of a process's worker threads come and go by themselves. */
export const ofEventLoops = /^(anon_inode:\[(eventfd|eventpoll|io_uring)\]|pipe:.*)$/
